import SwiftletGraph
import SwiftletOps

extension Family {
  public static let peleeNet = Family(
    "PeleeNet", year: 2018,
    paper: "Pelee: A Real-Time Object Detection System on Mobile Devices, Wang et al., NeurIPS 2018",
    url: "https://arxiv.org/abs/1804.06882", reference: "Robert-JunWang/PeleeNet", licence: "Apache-2.0",
    idea: """
      DenseNet made small with plain convolutions: dense layers with two ways, one 3×3 filter and two in a row, a stem \
      that filters and pools side by side, and bottlenecks that follow the number of channels.
      """,
    block: .init("peleenet", "features.denseblock1.denselayer1"),
    models: [
      Model("peleenet", .square(224, .bilinear), top1: 72.6, top1Source: "README of the authors' code") {
        PeleeNet(classes: $0)
      }
    ])
}

/// PeleeNet: dense connections with two filters of different reach in each layer.
///
/// Wang et al., NeurIPS 2018, https://arxiv.org/abs/1804.06882. Names: the authors' code.
struct PeleeNet: Layer {
  var classes = 1000

  /// Table 1: layers of each stage, and the width of their bottlenecks for each channel of growth in a branch.
  static let stages = [(layers: 3, bottleneck: 1), (4, 2), (8, 4), (6, 4)]

  func callAsFunction(_ image: Tensor) -> Tensor {
    let features = image.scoped("features") { image in
      var x = image.scoped("stemblock", Stem())
      for (i, (layers, bottleneck)) in zip(1..., Self.stages) {
        for j in 1...layers { x = x.scoped("denseblock\(i).denselayer\(j)", DenseLayer(bottleneck: bottleneck)) }
        x = x.filtered("transition\(i)", x.channels, 1).asFeature()
        if i < 4 { x = x.averagePooled(2, stride: 2) }
      }
      return x
    }
    return DropoutLayer(0.05)(features.globalAveragePooled.flattened).classified("classifier", classes)
  }

  /// Halves the map twice, by convolution and by pooling (figure 2).
  struct Stem: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let first = x.filtered("stem1", 32, 3, stride: 2).asFeature()
      let filtered = first.filtered("stem2a", 16, 1).filtered("stem2b", 32, 3, stride: 2)
      return concat(first.maxPooled(2, stride: 2, ceilMode: true), filtered).filtered("stem3", 32, 1)
    }
  }

  /// 16 new channels that see 3×3 pixels and 16 that see 5×5 (figure 1b); a bottleneck never has more than half of the
  /// input's channels (§2.1, dynamic number of channels).
  struct DenseLayer: Layer {
    let bottleneck: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let wanted = 16 * bottleneck
      let middle = 2 * wanted > x.channels ? x.channels / 8 * 4 : wanted
      let near = x.filtered("branch1a", middle, 1).filtered("branch1b", 16, 3)
      let far = x.filtered("branch2a", middle, 1).filtered("branch2b", 16, 3).filtered("branch2c", 16, 3)
      return concat(x, near, far)
    }
  }
}

extension Tensor {
  /// Convolution, batch normalisation, ReLU, the first two named `conv` and `norm`.
  fileprivate func filtered(_ name: String, _ out: Int, _ kernel: Int, stride: Int = 1) -> Tensor {
    scoped(name) { $0.scoped("conv", Conv2D(out, kernel, stride: stride)).scoped("norm", BatchNorm()).relu }
  }
}
