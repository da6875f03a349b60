public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let mobileNetV3 = Family(
    "MobileNetV3", year: 2019, paper: "Searching for MobileNetV3, Howard et al., ICCV 2019",
    url: "https://arxiv.org/abs/1905.02244", reference: "timm mobilenetv3_*, torchvision mobilenet_v3_*",
    licence: "Apache-2.0, BSD-3-Clause",
    idea: """
      Searched inverted residuals with squeeze-and-excitation, h-swish as an activation that is cheap on phones, and a \
      last stage that takes the mean before the widest 1×1 convolution.
      """,
    block: .init("mobilenetv3_large_100", "blocks.2.1"),
    dialects: [MobileNetV3.torchvision(stages: 6), MobileNetV3.torchvision(stages: 5)],
    models: [
      Model(timm: "mobilenetv3_large_075", .square(224, .bilinear)) {
        MobileNetV3(.large, Scaling(width: 0.75), classes: $0)
      },
      Model(timm: "mobilenetv3_large_100", top1: (75.784, "ra_in1k")) { MobileNetV3(.large, classes: $0) },
      Model(
        timm: "mobilenetv3_large_150d", .square(256, crop: 0.95, .bilinear, half: true),
        top1: (80.994, "ra4_e3600_r256_in1k")
      ) { MobileNetV3(.large, Scaling(width: 1.5, depth: 1.2), classes: $0) },
      Model(timm: "mobilenetv3_small_050", top1: (57.918, "lamb_in1k")) {
        MobileNetV3(.small, Scaling(width: 0.5), classes: $0)
      },
      Model(timm: "mobilenetv3_small_075", top1: (65.284, "lamb_in1k")) {
        MobileNetV3(.small, Scaling(width: 0.75), classes: $0)
      },
      Model(timm: "mobilenetv3_small_100", top1: (67.636, "lamb_in1k")) { MobileNetV3(.small, classes: $0) },
      Model(timm: "mobilenetv3_rw", top1: (75.616, "rmsp_in1k")) {
        MobileNetV3(.early, style: Style(.hardSwish, epsilon: 1e-3), classes: $0)
      },
      tensorFlow("large_075", 73.442) { MobileNetV3(.large, Scaling(width: 0.75), style: $0, classes: $1) },
      tensorFlow("large_100", 75.510) { MobileNetV3(.large, style: $0, classes: $1) },
      tensorFlow("large_minimal_100", 72.270) { MobileNetV3(.large.minimal, style: $0.with(.relu), classes: $1) },
      tensorFlow("small_075", 65.706) { MobileNetV3(.small, Scaling(width: 0.75), style: $0, classes: $1) },
      tensorFlow("small_100", 67.922) { MobileNetV3(.small, style: $0, classes: $1) },
      tensorFlow("small_minimal_100", 62.892) { MobileNetV3(.small.minimal, style: $0.with(.relu), classes: $1) },
      torchvision("mobilenet_v3_large", 74.042, "MobileNet_V3_Large_Weights", .large),
      torchvision("mobilenet_v3_small", 67.668, "MobileNet_V3_Small_Weights", .small),
    ])

  private static func tensorFlow(
    _ name: String, _ top1: Double, network: @escaping @Sendable (Style, _ classes: Int) -> MobileNetV3
  ) -> Model {
    Model(timm: "tf_mobilenetv3_\(name)", .square(224, .bilinear, half: true), top1: (top1, "in1k")) {
      network(.tensorFlow(.hardSwish), $0)
    }
  }

  private static func torchvision(
    _ name: String, _ top1: Double, _ weights: String, _ architecture: MobileNetV3.Architecture
  ) -> Model {
    Model(
      "torchvision.\(name)", .square(224, .bilinear), top1: top1, top1Source: "torchvision \(weights).IMAGENET1K_V1",
      classifier: "classifier.3."
    ) {
      MobileNetV3(architecture, style: Style(.hardSwish, epsilon: 1e-3), linear: true, dropout: 0.2, classes: $0)
    }
    .written(in: MobileNetV3.torchvision(stages: architecture.stages.count))
  }
}

/// Searching for MobileNetV3.
///
/// Howard et al., ICCV 2019, https://arxiv.org/abs/1905.02244. Names: timm `mobilenetv3_*`.
public struct MobileNetV3: Layer {
  /// A block: kernel k, expansion t, channels c, squeeze-and-excitation, activation, repeats n, stride s of the first.
  typealias Line = (k: Int, t: Double, c: Int, se: Bool, nl: Activation, n: Int, s: Int)

  var architecture: Architecture
  var scaling: Scaling
  var style: Style
  var linear: Bool
  var dropout: Double
  var classes: Int

  /// - Parameters:
  ///   - linear: the layer before the classifier is linear rather than a convolution: the same sums.
  ///   - dropout: before the classifier.
  public init(
    _ architecture: Architecture, _ scaling: Scaling = Scaling(), style: Style = Style(.hardSwish),
    linear: Bool = false, dropout: Double = 0, classes: Int = 1000
  ) {
    (self.architecture, self.scaling, self.style) = (architecture, scaling, style)
    (self.linear, self.dropout, self.classes) = (linear, dropout, classes)
  }

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var stages = architecture.stages.map { lines in
      lines.map { line in Repeated(line.n, stride: line.s) { block(line, stride: $0) } }
    }
    stages.append([Repeated(1) { ConvBlock(scaling.channels(architecture.last), kernel: 1, stride: $0, style: style) }])
    return StagedNetwork(
      stem: scaling.width < 0.75 ? 16 : scaling.channels(16), stages: scaling.blocks(stages),
      head: linear ? .linear(architecture.head) : .efficient(architecture.head, bias: !architecture.isEarly),
      style: style, dropout: dropout, classes: classes)(image)
  }

  /// torchvision's `mobilenet_v3_*`.
  /// - Parameter stages: those before the last convolution.
  static func torchvision(stages: Int) -> Dialect {
    Dialect(
      "torchvision",
      [
        "conv_stem": "features.#.0", "bn1": "features.=.1",
        "blocks.\(stages).0": .into("features.#", ["conv": "0", "bn1": "1"]),
        "blocks.*.*": .into("features.#", Dialect.torchvisionBlock),
        "conv_head": "classifier.0", "classifier": "classifier.3",
      ])
  }

  private func block(_ line: Line, stride: Int) -> any Layer {
    let (out, style) = (scaling.channels(line.c), style.with(line.nl))
    let squeeze =
      architecture.isEarly
      ? SqueezeExcite(0.25, line.nl, gate: .hardSigmoid)
      : SqueezeExcite(0.25, gate: .hardSigmoid) { roundedChannels($0) }
    if line.t == 1 {
      return DepthwiseSeparable(
        out, kernel: line.k, stride: stride, squeeze: line.se ? squeeze : nil, style: style,
        shortcut: !architecture.isEarly)
    }
    return InvertedResidual(
      out, kernel: line.k, stride: stride, expansion: line.t, squeeze: line.se ? squeeze : nil, style: style)
  }
}
