public import SwiftletGraph

extension Family {
  public static let fbNetV3 = Family(
    "FBNetV3", year: 2021,
    paper: "FBNetV3: Joint Architecture-Recipe Search using Predictor Pretraining, Dai et al., CVPR 2021",
    url: "https://arxiv.org/abs/2006.02049", reference: "timm fbnetv3_*", licence: "Apache-2.0",
    idea: """
      The architecture is searched together with its training recipe, by a predictor that is trained on both.
      """,
    block: .init("fbnetv3_b", "blocks.2.1"),
    models: [
      Model(timm: "fbnetv3_b", .square(224, crop: 0.95, .bilinear), top1: (78.184, "ra2_in1k")) {
        FBNetV3(.b, classes: $0)
      },
      Model(timm: "fbnetv3_d", .square(224, crop: 0.95, .bilinear), top1: (78.658, "ra2_in1k")) {
        FBNetV3(.d, classes: $0)
      },
      Model(timm: "fbnetv3_g", .square(240, crop: 0.95, .bilinear), top1: (81.246, "ra2_in1k")) {
        FBNetV3(.g, classes: $0)
      },
    ])
}

/// FBNetV3: Joint Architecture-Recipe Search using Predictor Pretraining.
///
/// Dai et al., CVPR 2021, https://arxiv.org/abs/2006.02049. Names: timm `fbnetv3_*`.
public struct FBNetV3: Layer {
  var architecture: Architecture
  var classes: Int

  public init(_ architecture: Architecture, classes: Int = 1000) {
    (self.architecture, self.classes) = (architecture, classes)
  }

  /// Squeezes to a quarter of a block's input.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    let style = Style(.hardSwish)
    let stages = architecture.stages.map { lines in
      lines.map { t, k, c, se, n, s in
        Repeated(n, stride: s) {
          let squeeze = SqueezeExcite(0.25 / t, .hardSwish, gate: .hardSigmoid) { roundedChannels($0, limit: 0.95) }
          return MBConv(c, kernel: k, stride: $0, expansion: t, squeeze: se ? squeeze : nil, style: style)
        }
      }
    }
    let last = Repeated(1) { ConvBlock(architecture.last, kernel: 1, stride: $0, style: style) }
    return StagedNetwork(
      stem: architecture.stem, stages: Scaling().blocks(stages + [[last]]), head: .efficient(1984, bias: false),
      style: style, classes: classes)(image)
  }

  /// A network that the search found, stage by stage.
  public struct Architecture: Sendable {
    var stem: Int
    /// Expansion t, kernel k, channels c, squeeze-and-excitation, repeats n, stride s of the first.
    var stages: [[(t: Double, k: Int, c: Int, se: Bool, n: Int, s: Int)]]
    /// Channels of the last convolution.
    var last: Int

    public static let b = Architecture(
      stem: 16,
      stages: [
        [(t: 1, k: 3, c: 16, se: false, n: 2, s: 1)],
        [(t: 4, k: 5, c: 24, se: false, n: 1, s: 2), (t: 2, k: 5, c: 24, se: false, n: 3, s: 1)],
        [(t: 5, k: 5, c: 40, se: true, n: 1, s: 2), (t: 3, k: 5, c: 40, se: true, n: 4, s: 1)],
        [(t: 5, k: 5, c: 72, se: false, n: 1, s: 2), (t: 3, k: 3, c: 72, se: false, n: 4, s: 1)],
        [(t: 5, k: 3, c: 120, se: true, n: 1, s: 1), (t: 3, k: 5, c: 120, se: true, n: 5, s: 1)],
        [
          (t: 6, k: 3, c: 184, se: true, n: 1, s: 2), (t: 4, k: 5, c: 184, se: true, n: 5, s: 1),
          (t: 6, k: 5, c: 224, se: true, n: 1, s: 1),
        ],
      ],
      last: 1344)

    public static let d = Architecture(
      stem: 24,
      stages: [
        [(t: 1, k: 3, c: 16, se: false, n: 2, s: 1)],
        [(t: 5, k: 3, c: 24, se: false, n: 1, s: 2), (t: 2, k: 3, c: 24, se: false, n: 5, s: 1)],
        [(t: 4, k: 5, c: 40, se: true, n: 1, s: 2), (t: 3, k: 3, c: 40, se: true, n: 4, s: 1)],
        [(t: 5, k: 3, c: 72, se: false, n: 1, s: 2), (t: 3, k: 3, c: 72, se: false, n: 4, s: 1)],
        [(t: 5, k: 3, c: 128, se: true, n: 1, s: 1), (t: 3, k: 5, c: 128, se: true, n: 6, s: 1)],
        [
          (t: 6, k: 3, c: 208, se: true, n: 1, s: 2), (t: 5, k: 5, c: 208, se: true, n: 5, s: 1),
          (t: 6, k: 5, c: 240, se: true, n: 1, s: 1),
        ],
      ],
      last: 1440)

    public static let g = Architecture(
      stem: 32,
      stages: [
        [(t: 1, k: 3, c: 24, se: false, n: 3, s: 1)],
        [(t: 4, k: 5, c: 40, se: false, n: 1, s: 2), (t: 2, k: 5, c: 40, se: false, n: 4, s: 1)],
        [(t: 4, k: 5, c: 56, se: true, n: 1, s: 2), (t: 3, k: 5, c: 56, se: true, n: 4, s: 1)],
        [(t: 5, k: 5, c: 104, se: false, n: 1, s: 2), (t: 3, k: 3, c: 104, se: false, n: 4, s: 1)],
        [(t: 5, k: 3, c: 160, se: true, n: 1, s: 1), (t: 3, k: 5, c: 160, se: true, n: 8, s: 1)],
        [
          (t: 6, k: 3, c: 264, se: true, n: 1, s: 2), (t: 5, k: 5, c: 264, se: true, n: 6, s: 1),
          (t: 6, k: 5, c: 288, se: true, n: 2, s: 1),
        ],
      ],
      last: 1728)
  }
}
