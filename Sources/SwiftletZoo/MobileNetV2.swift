public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let mobileNetV2 = Family(
    "MobileNetV2", year: 2018,
    paper: "MobileNetV2: Inverted Residuals and Linear Bottlenecks, Sandler et al., CVPR 2018",
    url: "https://arxiv.org/abs/1801.04381", reference: "timm mobilenetv2_*, torchvision mobilenet_v2",
    licence: "Apache-2.0, BSD-3-Clause",
    idea: """
      The inverted residual: a thin input is expanded by a 1×1 convolution, filtered depthwise, and projected back \
      without activation, since ReLU would destroy what a thin map holds. The shortcut joins the thin ends.
      """,
    block: .init("mobilenetv2_100", "blocks.1.1"),
    dialects: [MobileNetV2.torchvision, MobileNetV2.plain],
    models: [
      Model(timm: "mobilenetv2_035") { MobileNetV2(Scaling(width: 0.35), classes: $0) },
      Model(timm: "mobilenetv2_050", top1: (65.928, "lamb_in1k")) { MobileNetV2(Scaling(width: 0.5), classes: $0) },
      Model(timm: "mobilenetv2_075") { MobileNetV2(Scaling(width: 0.75), classes: $0) },
      Model(timm: "mobilenetv2_100", top1: (72.910, "ra_in1k")) { MobileNetV2(classes: $0) },
      Model(timm: "mobilenetv2_140", top1: (76.528, "ra_in1k")) { MobileNetV2(Scaling(width: 1.4), classes: $0) },
      Model(timm: "mobilenetv2_110d", top1: (75.056, "ra_in1k")) {
        MobileNetV2(Scaling(width: 1.1, depth: 1.2, keepsEnds: true), classes: $0)
      },
      Model(timm: "mobilenetv2_120d", top1: (77.300, "ra_in1k")) {
        MobileNetV2(Scaling(width: 1.2, depth: 1.4, keepsEnds: true), classes: $0)
      },
      Model(
        "torchvision.mobilenet_v2", .square(224, .bilinear), top1: 71.878,
        top1Source: "torchvision MobileNet_V2_Weights.IMAGENET1K_V1", classifier: "classifier.1."
      ) { MobileNetV2(dropout: 0.2, classes: $0) }.written(in: MobileNetV2.torchvision),
    ])
}

/// MobileNetV2: Inverted Residuals and Linear Bottlenecks.
///
/// Sandler et al., CVPR 2018, https://arxiv.org/abs/1801.04381. Names: timm `mobilenetv2_*`.
public struct MobileNetV2: Layer {
  var scaling: Scaling
  var dropout: Double
  var classes: Int

  /// - Parameters:
  ///   - scaling: where it keeps the ends, the stem and the head keep their widths too.
  ///   - dropout: before the classifier.
  public init(_ scaling: Scaling = Scaling(), dropout: Double = 0, classes: Int = 1000) {
    (self.scaling, self.dropout, self.classes) = (scaling, dropout, classes)
  }

  /// Table 2: expansion t, channels c, repeats n, stride s of the first.
  static let table = [
    (t: 1, c: 16, n: 1, s: 1),
    (t: 6, c: 24, n: 2, s: 2),
    (t: 6, c: 32, n: 3, s: 2),
    (t: 6, c: 64, n: 4, s: 2),
    (t: 6, c: 96, n: 3, s: 1),
    (t: 6, c: 160, n: 3, s: 2),
    (t: 6, c: 320, n: 1, s: 1),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let style = Style(.relu6)
    let stages = Self.table.map { t, c, n, s in
      [
        Repeated(n, stride: s) {
          MBConv(scaling.channels(c), kernel: 3, stride: $0, expansion: Double(t), style: style)
        }
      ]
    }
    let (stem, head) = scaling.keepsEnds ? (32, 1280) : (scaling.channels(32), max(1280, scaling.channels(1280)))
    return StagedNetwork(
      stem: stem, stages: scaling.blocks(stages), head: .convolution(head), style: style, dropout: dropout,
      classes: classes)(image)
  }

  /// torchvision's `mobilenet_v2`.
  static let torchvision = Dialect(
    "torchvision",
    [
      "conv_stem": "features.#.0", "bn1": "features.=.1",
      "blocks.0.*": .into("features.#.conv", ["conv_dw": "0.0", "bn1": "0.1", "conv_pw": "1", "bn2": "2"]),
      "blocks.*.*": .into(
        "features.#.conv",
        ["conv_pw": "0.0", "bn1": "0.1", "conv_dw": "1.0", "bn2": "1.1", "conv_pwl": "2", "bn3": "3"]),
      "conv_head": "features.#.0", "bn2": "features.=.1", "classifier": "classifier.1",
    ])

  /// https://github.com/d-li14/mobilenetv2.pytorch.
  static let plain = Dialect(
    "d-li14/mobilenetv2.pytorch",
    [
      "conv_stem": "features.#.0", "bn1": "features.=.1",
      "blocks.0.*": .into("features.#.conv", ["conv_dw": "0", "bn1": "1", "conv_pw": "3", "bn2": "4"]),
      "blocks.*.*": .into(
        "features.#.conv", ["conv_pw": "0", "bn1": "1", "conv_dw": "3", "bn2": "4", "conv_pwl": "6", "bn3": "7"]),
      "conv_head": "conv.0", "bn2": "conv.1",
    ])
}
