public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let ghostNetV2 = Family(
    "GhostNetV2", year: 2022,
    paper: "GhostNetV2: Enhance Cheap Operation with Long-Range Attention, Tang et al., NeurIPS 2022",
    url: "https://arxiv.org/abs/2211.12905", reference: "timm ghostnetv2_*", licence: "Apache-2.0",
    idea: """
      GhostNet with a view of the whole map: DFC attention filters a map of half the size along rows, then along \
      columns, and what comes out gates the ghost module's maps.
      """,
    block: .init("ghostnetv2_100", "blocks.6.1"),
    models: [
      Model(timm: "ghostnetv2_100", top1: (75.186, "in1k")) { GhostNetV2(classes: $0) },
      Model(timm: "ghostnetv2_130", top1: (76.746, "in1k")) { GhostNetV2(width: 1.3, classes: $0) },
      Model(timm: "ghostnetv2_160", top1: (77.836, "in1k")) { GhostNetV2(width: 1.6, classes: $0) },
    ])
}

/// GhostNetV2: Enhance Cheap Operation with Long-Range Attention.
///
/// Tang et al., NeurIPS 2022, https://arxiv.org/abs/2211.12905. Names: timm `ghostnetv2_*`.
public struct GhostNetV2: Layer {
  public var width = 1.0
  public var classes = 1000

  /// The first two blocks are GhostNet's.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    GhostNetwork(width: width, table: GhostNet.table, classes: classes) { line, index in
      let ghosts = GhostNet.GhostModule(out: line.t, activation: .relu)
      let narrow = GhostNet.GhostModule(out: line.c, activation: .none)
      if index < 2 { return GhostBottleneck(line, widen: ghosts, narrow: narrow) }
      return GhostBottleneck(line, widen: AttendedModule(module: ghosts, out: line.t), narrow: narrow)
    }(image)
  }
}

/// A module whose output is scaled by DFC attention, decoupled and fully connected: long filters along rows, then
/// columns, of a map of half the size say how much each place counts.
///
/// Names: timm's `short_conv` beside those of the module.
struct AttendedModule<Module: Layer>: Layer {
  let module: Module
  let out: Int

  func callAsFunction(_ x: Tensor) -> Tensor {
    let y = module(x)
    let attention = x.averagePooled(2, stride: 2).through("short_conv") {
      Conv2D(out, 1)
      BatchNorm()
      Conv2D(out, kernel: [1, 5], groups: out)
      BatchNorm()
      Conv2D(out, kernel: [5, 1], groups: out)
      BatchNorm()
    }
    return y * attention.sigmoid.resized(y.height, y.width, .nearest, .asymmetric)
  }
}
