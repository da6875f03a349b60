public import SwiftletGraph

extension Family {
  public static let singlePathNAS = Family(
    "Single-Path NAS", year: 2019,
    paper: "Single-Path NAS: Designing Hardware-Efficient ConvNets in less than 4 Hours, Stamoulis et al., "
      + "ECML PKDD 2019",
    url: "https://arxiv.org/abs/1904.02877", reference: "timm spnasnet_100", licence: "Apache-2.0",
    idea: """
      Inverted residuals found by a search over one path: the weights of small kernels are part of those of large ones, \
      so that all candidates of a layer are trained at once, within four hours.
      """,
    block: .init("spnasnet_100", "blocks.1.1"),
    models: [
      Model(timm: "spnasnet_100", .square(224, .bilinear), top1: (74.086, "rmsp_in1k")) { SinglePathNAS(classes: $0) }
    ])
}

/// Single-Path NAS: Designing Hardware-Efficient ConvNets in less than 4 Hours.
///
/// Stamoulis et al., ECML PKDD 2019, https://arxiv.org/abs/1904.02877. Names: timm `spnasnet_100`.
public struct SinglePathNAS: Layer {
  var classes: Int
  public init(classes: Int = 1000) { self.classes = classes }

  /// Figure 4, stage by stage: kernel k, expansion t, channels c, repeats n, stride s of the first.
  static let table: [[(k: Int, t: Double, c: Int, n: Int, s: Int)]] = [
    [(k: 3, t: 1, c: 16, n: 1, s: 1)],
    [(k: 3, t: 3, c: 24, n: 3, s: 2)],
    [(k: 5, t: 6, c: 40, n: 1, s: 2), (k: 3, t: 3, c: 40, n: 3, s: 1)],
    [(k: 5, t: 6, c: 80, n: 1, s: 2), (k: 3, t: 3, c: 80, n: 3, s: 1)],
    [(k: 5, t: 6, c: 96, n: 1, s: 1), (k: 5, t: 3, c: 96, n: 3, s: 1)],
    [(k: 5, t: 6, c: 192, n: 4, s: 2)],
    [(k: 3, t: 6, c: 320, n: 1, s: 1)],
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let style = Style(.relu)
    let stages = Self.table.map { lines in
      lines.map { k, t, c, n, s in
        Repeated(n, stride: s) { MBConv(c, kernel: k, stride: $0, expansion: t, style: style) }
      }
    }
    return StagedNetwork(
      stem: 32, stages: Scaling().blocks(stages), head: .convolution(1280), style: style, classes: classes)(image)
  }
}
