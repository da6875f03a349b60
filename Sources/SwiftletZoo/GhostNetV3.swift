public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let ghostNetV3 = Family(
    "GhostNetV3", year: 2024,
    paper: "GhostNetV3: Exploring the Training Strategies for Compact Models, Liu et al., 2024",
    url: "https://arxiv.org/abs/2404.11202", reference: "timm ghostnetv3_*", licence: "Apache-2.0",
    idea: """
      GhostNet trained with branches beside its convolutions, which merge afterwards, and with distillation: the \
      recipe is what is new.
      """,
    block: .init("ghostnetv3_100", "blocks.6.1.ghost1"),
    models: [
      Model(timm: "ghostnetv3_050") { GhostNetV3(width: 0.5, classes: $0) },
      Model(timm: "ghostnetv3_100", top1: (76.936, "in1k")) { GhostNetV3(classes: $0) },
      Model(timm: "ghostnetv3_130") { GhostNetV3(width: 1.3, classes: $0) },
      Model(timm: "ghostnetv3_160") { GhostNetV3(width: 1.6, classes: $0) },
    ])
}

/// GhostNetV3: Exploring the Training Strategies for Compact Models.
///
/// Liu et al., 2024, https://arxiv.org/abs/2404.11202. Names: timm `ghostnetv3_*`.
public struct GhostNetV3: Layer {
  public var width = 1.0
  public var classes = 1000

  /// GhostNetV2 whose convolutions have several branches while training.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    GhostNetwork(width: width, table: GhostNet.table, classes: classes) { line, index in
      let ghosts = BranchedGhostModule(out: line.t, activation: .relu)
      let narrow = BranchedGhostModule(out: line.c, activation: .none)
      let widen: any Layer = index < 2 ? ghosts : AttendedModule(module: ghosts, out: line.t)
      return GhostBottleneck(line, widen: widen, narrow: narrow, filter: BranchedFilter.init)
    }(image)
  }

  /// Equal convolutions side by side while training.
  static let branches = 3

  /// A ghost module; the cheap filters have a pointwise branch and the identity beside them.
  ///
  /// Names: `primary_rpr_conv`, `cheap_rpr_skip`, `cheap_rpr_conv`, `cheap_rpr_scale`.
  struct BranchedGhostModule: Layer {
    let out: Int
    let activation: Activation

    func callAsFunction(_ x: Tensor) -> Tensor {
      let primary = activation(x.branched("primary_rpr_conv", Conv2D(out / 2, 1)))
      let skip = primary.scoped("cheap_rpr_skip", BatchNorm())
      let filtered = primary.branched("cheap_rpr_conv", Depthwise(3))
      let scale = primary.scoped("cheap_rpr_scale", ConvBlock(Depthwise(1)))
      return concat(primary, activation(scale + skip + filtered))
    }
  }

  /// The strided filter of a bottleneck. Names: `dw_rpr_conv`, `dw_rpr_scale`.
  struct BranchedFilter: Layer {
    let line: GhostNetwork.Line

    func callAsFunction(_ x: Tensor) -> Tensor {
      let filtered = x.branched("dw_rpr_conv", Depthwise(line.k, stride: line.s))
      return x.scoped("dw_rpr_scale", ConvBlock(Depthwise(1, stride: line.s))) + filtered
    }
  }
}

extension Tensor {
  /// The sum of equal convolutions, each with its normalisation, named "0", "1", …
  fileprivate func branched(_ name: String, _ convolution: Conv2D) -> Tensor {
    let parts = (0..<GhostNetV3.branches).map { scoped("\(name).\($0)", ConvBlock(convolution)) }
    return parts.dropFirst().reduce(parts[0], +)
  }
}
