public import SwiftletGraph

extension Family {
  public static let mobileNetV1 = Family(
    "MobileNetV1", year: 2017,
    paper: "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, Howard et al., 2017",
    url: "https://arxiv.org/abs/1704.04861", reference: "timm mobilenetv1_*", licence: "Apache-2.0",
    idea: """
      A 3×3 convolution is split into a depthwise one, which filters each channel by itself, and a 1×1 one, which \
      mixes them: eight to nine times fewer multiply-adds. Width and resolution are two multipliers.
      """,
    block: .init("mobilenetv1_100", "blocks.1.1"),
    models: [
      Model(timm: "mobilenetv1_100", .square(224, half: true), top1: (75.388, "ra4_e3600_r224_in1k")) {
        MobileNetV1(classes: $0)
      },
      Model(timm: "mobilenetv1_100h", .square(224, half: true), top1: (75.664, "ra4_e3600_r224_in1k")) {
        MobileNetV1(head: .convolution(1024), classes: $0)
      },
      Model(timm: "mobilenetv1_125", .square(224, crop: 0.9, half: true), top1: (76.920, "ra4_e3600_r224_in1k")) {
        MobileNetV1(width: 1.25, classes: $0)
      },
    ])
}

/// MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications.
///
/// Howard et al., 2017, https://arxiv.org/abs/1704.04861. Names: timm `mobilenetv1_*`; ReLU6 as in the authors' code.
public struct MobileNetV1: Layer {
  var scaling: Scaling
  var head: StagedNetwork.Head
  var classes: Int

  public init(width: Double = 1, head: StagedNetwork.Head = .pooling, classes: Int = 1000) {
    (scaling, self.head, self.classes) = (Scaling(width: width), head, classes)
  }

  /// Table 1, by channels: c, repeats n, stride s of the first.
  static let table = [
    (c: 64, n: 1, s: 1),
    (c: 128, n: 2, s: 2),
    (c: 256, n: 2, s: 2),
    (c: 512, n: 6, s: 2),
    (c: 1024, n: 2, s: 2),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let style = Style(.relu6)
    let stages = Self.table.map { c, n, s in
      [
        Repeated(n, stride: s) {
          DepthwiseSeparable(
            scaling.channels(c), kernel: 3, stride: $0, style: style, projection: style.activation, shortcut: false)
        }
      ]
    }
    return StagedNetwork(
      stem: scaling.channels(32), stages: scaling.blocks(stages), head: head, style: style, classes: classes)(image)
  }
}
