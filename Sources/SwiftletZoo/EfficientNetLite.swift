public import SwiftletGraph

extension Family {
  public static let efficientNetLite = Family(
    "EfficientNet-Lite", year: 2020,
    paper: "Higher accuracy on vision models with EfficientNet-Lite, Liu, TensorFlow blog, 2020",
    url: "https://blog.tensorflow.org/2020/03/higher-accuracy-on-vision-models-with-efficientnet-lite.html",
    reference: "timm efficientnet_lite*, tf_efficientnet_lite*", licence: "Apache-2.0",
    idea: """
      EfficientNet for integer arithmetic on phones: no squeeze-and-excitation, ReLU6 instead of SiLU, stem and head \
      of fixed width.
      """,
    block: .init("efficientnet_lite0", "blocks.1.1"),
    models: [
      Model(timm: "efficientnet_lite0", top1: (75.488, "ra_in1k")) { EfficientNetLite(0, classes: $0) },
      Model(timm: "efficientnet_lite1", .square(240, crop: 0.882)) { EfficientNetLite(1, classes: $0) },
      Model(timm: "efficientnet_lite2", .square(260, crop: 0.890)) { EfficientNetLite(2, classes: $0) },
      Model(timm: "efficientnet_lite3", .square(300, crop: 0.904)) { EfficientNetLite(3, classes: $0) },
      Model(timm: "efficientnet_lite4", .square(380, crop: 0.922)) { EfficientNetLite(4, classes: $0) },
      tensorFlow(0, .square(224, half: true), 74.846),
      tensorFlow(1, .square(240, crop: 0.882, half: true), 76.674),
      tensorFlow(2, .square(260, crop: 0.890, half: true), 77.470),
      tensorFlow(3, .square(300, crop: 0.904, .bilinear, half: true), 79.808),
      tensorFlow(4, .square(380, crop: 0.920, .bilinear, half: true), 81.540),
    ])

  private static func tensorFlow(_ i: Int, _ preprocessing: Preprocessing, _ top1: Double) -> Model {
    Model(timm: "tf_efficientnet_lite\(i)", preprocessing, top1: (top1, "in1k")) {
      EfficientNetLite(i, style: .tensorFlow(.relu6), classes: $0)
    }
  }
}

/// EfficientNet for integer accelerators: ReLU6, no squeeze-and-excitation; stem, head and the repeats of the first and
/// last stage are not scaled.
///
/// https://github.com/tensorflow/tpu, models/official/efficientnet/lite. Names: timm `efficientnet_lite*`.
public struct EfficientNetLite: Layer {
  var network: EfficientNet

  /// - Parameter index: 0…4, scaled as B0…B4 are.
  public init(_ index: Int, style: Style = Style(.relu6), classes: Int = 1000) {
    var scaling = EfficientNet.b[index]
    scaling.keepsEnds = true
    network = EfficientNet(scaling, stem: 32, head: 1280, squeezes: false, style: style, classes: classes)
  }

  public func callAsFunction(_ image: Tensor) -> Tensor { network(image) }
}
