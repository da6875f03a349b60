public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let repGhost = Family(
    "RepGhost", year: 2022,
    paper: "RepGhost: A Hardware-Efficient Ghost Module via Re-parameterization, Chen et al., 2022",
    url: "https://arxiv.org/abs/2211.06088", reference: "timm repghostnet_*", licence: "Apache-2.0, weights MIT",
    idea: """
      Ghost features without concatenation, whose memory traffic is slow: the cheap branch is added, and merged into \
      the convolution after training.
      """,
    block: .init("repghostnet_100", "blocks.6.1"),
    models: [
      model("050", 0.5, 66.978), model("058", 0.58, 68.938), model("080", 0.8, 72.240), model("100", 1, 74.208),
      model("111", 1.11, 75.060), model("130", 1.3, 76.378), model("150", 1.5, 77.474), model("200", 2, 78.802),
    ])

  private static func model(_ name: String, _ width: Double, _ top1: Double) -> Model {
    Model(timm: "repghostnet_\(name)", top1: (top1, "in1k")) { RepGhostNet(width: width, classes: $0) }
  }
}

/// RepGhost: A Hardware-Efficient Ghost Module via Re-parameterization.
///
/// Chen et al., 2022, https://arxiv.org/abs/2211.06088. Names: timm `repghostnet_*`.
public struct RepGhostNet: Layer {
  public var width = 1.0
  public var classes = 1000

  /// The paper's table of the architecture.
  static let table: [[GhostNetwork.Line]] = [
    [(k: 3, t: 8, c: 16, excited: false, s: 1)],
    [(k: 3, t: 24, c: 24, excited: false, s: 2)],
    [(k: 3, t: 36, c: 24, excited: false, s: 1)],
    [(k: 5, t: 36, c: 40, excited: true, s: 2)],
    [(k: 5, t: 60, c: 40, excited: true, s: 1)],
    [(k: 3, t: 120, c: 80, excited: false, s: 2)],
    [
      (k: 3, t: 100, c: 80, excited: false, s: 1), (k: 3, t: 120, c: 80, excited: false, s: 1),
      (k: 3, t: 120, c: 80, excited: false, s: 1), (k: 3, t: 240, c: 112, excited: true, s: 1),
      (k: 3, t: 336, c: 112, excited: true, s: 1),
    ],
    [(k: 5, t: 336, c: 160, excited: true, s: 2)],
    [
      (k: 5, t: 480, c: 160, excited: false, s: 1), (k: 5, t: 480, c: 160, excited: true, s: 1),
      (k: 5, t: 480, c: 160, excited: false, s: 1), (k: 5, t: 480, c: 160, excited: true, s: 1),
    ],
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    GhostNetwork(width: width, table: Self.table, classes: classes) { line, _ in
      GhostBottleneck(
        line, widen: RepGhostModule(out: line.t, activation: .relu),
        narrow: RepGhostModule(out: line.c, activation: .none))
    }(image)
  }

  /// A ghost module that adds its maps and their ghosts instead of stacking them, so that both become one filter.
  ///
  /// Names: `primary_conv`, `fusion_bn`, `cheap_operation`.
  struct RepGhostModule: Layer {
    let out: Int
    let activation: Activation

    func callAsFunction(_ x: Tensor) -> Tensor {
      let primary = x.through("primary_conv") {
        Conv2D(out, 1)
        BatchNorm()
        activation
      }
      let identity = primary.through("fusion_bn") { BatchNorm() }
      let ghosts = primary.through("cheap_operation") {
        Depthwise(3)
        BatchNorm()
      }
      return activation(ghosts + identity)
    }
  }
}
