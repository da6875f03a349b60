public import SwiftletGraph

extension Family {
  public static let fbNet = Family(
    "FBNet", year: 2019,
    paper:
      "FBNet: Hardware-Aware Efficient ConvNet Design via Differentiable Neural Architecture Search, Wu et al., CVPR 2019",
    url: "https://arxiv.org/abs/1812.03443", reference: "timm fbnetc_100", licence: "Apache-2.0",
    idea: """
      A layer-by-layer choice of inverted residuals, found by gradient descent on architecture weights, with a table \
      of latencies as part of the loss.
      """,
    block: .init("fbnetc_100", "blocks.2.1"),
    models: [
      Model(timm: "fbnetc_100", .square(224, .bilinear)) { FBNetC(classes: $0) },
      // The published weights were trained with another epsilon than the definition has.
      Model(
        "fbnetc_100.rmsp_in1k", .square(224, .bilinear), top1: 75.120,
        top1Source: "timm results-imagenet.csv, fbnetc_100.rmsp_in1k"
      ) { FBNetC(epsilon: 1e-3, classes: $0) },
    ])
}

/// FBNet-C: Hardware-Aware Efficient ConvNet Design via Differentiable Neural Architecture Search.
///
/// Wu et al., CVPR 2019, https://arxiv.org/abs/1812.03443. Names: timm `fbnetc_100`.
public struct FBNetC: Layer {
  var style: Style
  var classes: Int

  public init(epsilon: Float = 1e-5, classes: Int = 1000) {
    (style, self.classes) = (Style(.relu, epsilon: epsilon), classes)
  }

  /// Figure 4, stage by stage: kernel k, expansion e, channels c, repeats n, stride s of the first.
  static let table: [[(k: Int, e: Double, c: Int, n: Int, s: Int)]] = [
    [(k: 3, e: 1, c: 16, n: 1, s: 1)],
    [(k: 3, e: 6, c: 24, n: 1, s: 2), (k: 3, e: 1, c: 24, n: 2, s: 1)],
    [
      (k: 5, e: 6, c: 32, n: 1, s: 2), (k: 5, e: 3, c: 32, n: 1, s: 1), (k: 5, e: 6, c: 32, n: 1, s: 1),
      (k: 3, e: 6, c: 32, n: 1, s: 1),
    ],
    [(k: 5, e: 6, c: 64, n: 1, s: 2), (k: 5, e: 3, c: 64, n: 1, s: 1), (k: 5, e: 6, c: 64, n: 2, s: 1)],
    [(k: 5, e: 6, c: 112, n: 3, s: 1), (k: 5, e: 3, c: 112, n: 1, s: 1)],
    [(k: 5, e: 6, c: 184, n: 4, s: 2)],
    [(k: 3, e: 6, c: 352, n: 1, s: 1)],
  ]

  /// Also where a block does not expand, a pointwise convolution comes first.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stages = Self.table.map { lines in
      lines.map { k, e, c, n, s in
        Repeated(n, stride: s) { InvertedResidual(c, kernel: k, stride: $0, expansion: e, style: style) }
      }
    }
    return StagedNetwork(
      stem: 16, stages: Scaling().blocks(stages), head: .convolution(1984), style: style, classes: classes)(image)
  }
}
