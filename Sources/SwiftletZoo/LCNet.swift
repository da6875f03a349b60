public import SwiftletGraph

extension Family {
  public static let lcNet = Family(
    "PP-LCNet", year: 2021, paper: "PP-LCNet: A Lightweight CPU Convolutional Neural Network, Cui et al., 2021",
    url: "https://arxiv.org/abs/2109.15099", reference: "timm lcnet_*", licence: "Apache-2.0",
    idea: """
      Depthwise separable blocks without shortcuts, as CPUs run them best: h-swish, 5×5 filters and \
      squeeze-and-excitation only at the end, and a wide 1×1 convolution behind the mean.
      """,
    block: .init("lcnet_100", "blocks.5.0"),
    models: [
      Model(timm: "lcnet_035", .square(224, .bilinear)) { LCNet(width: 0.35, classes: $0) },
      Model(timm: "lcnet_050", top1: (63.138, "ra2_in1k")) { LCNet(width: 0.5, classes: $0) },
      Model(timm: "lcnet_075", top1: (68.786, "ra2_in1k")) { LCNet(width: 0.75, classes: $0) },
      Model(timm: "lcnet_100", top1: (72.130, "ra2_in1k")) { LCNet(classes: $0) },
      Model(timm: "lcnet_150", .square(224, .bilinear)) { LCNet(width: 1.5, classes: $0) },
    ])
}

/// PP-LCNet: A Lightweight CPU Convolutional Neural Network.
///
/// Cui et al., 2021, https://arxiv.org/abs/2109.15099. Names: timm `lcnet_*`.
public struct LCNet: Layer {
  var scaling: Scaling
  var classes: Int

  public init(width: Double = 1, classes: Int = 1000) {
    (scaling, self.classes) = (Scaling(width: width), classes)
  }

  /// Table 1, stage by stage: kernel k, channels c, squeeze-and-excitation, repeats n, stride s of the first.
  static let table: [[(k: Int, c: Int, se: Bool, n: Int, s: Int)]] = [
    [(k: 3, c: 32, se: false, n: 1, s: 1)],
    [(k: 3, c: 64, se: false, n: 2, s: 2)],
    [(k: 3, c: 128, se: false, n: 2, s: 2)],
    [(k: 3, c: 256, se: false, n: 1, s: 2), (k: 5, c: 256, se: false, n: 1, s: 1)],
    [(k: 5, c: 256, se: false, n: 4, s: 1)],
    [(k: 5, c: 512, se: true, n: 2, s: 2)],
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let style = Style(.hardSwish)
    let stages = Self.table.map { lines in
      lines.map { k, c, se, n, s in
        Repeated(n, stride: s) {
          DepthwiseSeparable(
            scaling.channels(c), kernel: k, stride: $0, squeeze: se ? SqueezeExcite(0.25, gate: .hardSigmoid) : nil,
            style: style, projection: .hardSwish, shortcut: false)
        }
      }
    }
    return StagedNetwork(
      stem: scaling.channels(16), stages: scaling.blocks(stages), head: .efficient(1280, bias: true), style: style,
      classes: classes)(image)
  }
}
