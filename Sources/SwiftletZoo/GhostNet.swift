public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let ghostNet = Family(
    "GhostNet", year: 2020,
    paper: "GhostNet: More Features from Cheap Operations, Han et al., CVPR 2020",
    url: "https://arxiv.org/abs/1911.11907", reference: "timm ghostnet_100", licence: "Apache-2.0",
    idea: """
      Many maps of a layer are near copies of others. So half of them are computed by a convolution, and the rest, \
      their ghosts, by a cheap depthwise filter of the first half.
      """,
    block: .init("ghostnet_100", "blocks.6.1"),
    models: [
      Model("ghostnet_050") { GhostNet(width: 0.5, classes: $0) },
      Model("ghostnet_100", top1: 73.958, top1Source: "timm results-imagenet.csv, in1k") {
        GhostNet(width: 1, classes: $0)
      },
      Model("ghostnet_130") { GhostNet(width: 1.3, classes: $0) },
    ])
}

/// GhostNet: More Features from Cheap Operations.
///
/// Han et al., CVPR 2020, https://arxiv.org/abs/1911.11907. Names: timm `ghostnet_100`.
public struct GhostNet: Layer {
  public var width = 1.0
  public var classes = 1000

  /// Table 1.
  static let table: [[GhostNetwork.Line]] = [
    [(k: 3, t: 16, c: 16, excited: false, s: 1)],
    [(k: 3, t: 48, c: 24, excited: false, s: 2)],
    [(k: 3, t: 72, c: 24, excited: false, s: 1)],
    [(k: 5, t: 72, c: 40, excited: true, s: 2)],
    [(k: 5, t: 120, c: 40, excited: true, s: 1)],
    [(k: 3, t: 240, c: 80, excited: false, s: 2)],
    [
      (k: 3, t: 200, c: 80, excited: false, s: 1), (k: 3, t: 184, c: 80, excited: false, s: 1),
      (k: 3, t: 184, c: 80, excited: false, s: 1), (k: 3, t: 480, c: 112, excited: true, s: 1),
      (k: 3, t: 672, c: 112, excited: true, s: 1),
    ],
    [(k: 5, t: 672, c: 160, excited: true, s: 2)],
    [
      (k: 5, t: 960, c: 160, excited: false, s: 1), (k: 5, t: 960, c: 160, excited: true, s: 1),
      (k: 5, t: 960, c: 160, excited: false, s: 1), (k: 5, t: 960, c: 160, excited: true, s: 1),
    ],
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    GhostNetwork(width: width, table: Self.table, classes: classes) { line, _ in
      GhostBottleneck(
        line, widen: GhostModule(out: line.t, activation: .relu), narrow: GhostModule(out: line.c, activation: .none))
    }(image)
  }

  /// Half the maps by convolution, their ghosts by a cheap filter of each (figure 2b).
  struct GhostModule: Layer {
    let out: Int
    let activation: Activation

    func callAsFunction(_ x: Tensor) -> Tensor {
      let primary = x.through("primary_conv") {
        Conv2D((out + 1) / 2, 1)
        BatchNorm()
        activation
      }
      let ghosts = primary.through("cheap_operation") {
        Depthwise(3)
        BatchNorm()
        activation
      }
      let both = concat(primary, ghosts)
      return both.channels == out ? both : both[channels: 0..<out]
    }
  }
}
