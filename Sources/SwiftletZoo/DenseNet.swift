public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let denseNet = Family(
    "DenseNet", year: 2017,
    paper: "Densely Connected Convolutional Networks, Huang et al., CVPR 2017",
    url: "https://arxiv.org/abs/1608.06993", reference: "torchvision densenet121", licence: "BSD-3-Clause",
    idea: """
      Every layer of a block reads the maps of all layers before it, concatenated, and adds few of its own (the \
      growth). Features are used again instead of learned again; a 1×1 bottleneck keeps the reading cheap.
      """,
    block: .init("densenet121", "features.denseblock1.denselayer2"),
    dialects: [DenseNet.early],
    models: DenseNet.table.map { row in
      Model(
        row.name, Preprocessing(interpolation: .bilinear), top1: row.top1,
        top1Source: "torchvision 0.29, weights IMAGENET1K_V1"
      ) { DenseNet(growth: row.growth, blocks: row.blocks, classes: $0) }
    })
}

/// DenseNet: Densely Connected Convolutional Networks.
///
/// Huang et al., CVPR 2017, https://arxiv.org/abs/1608.06993. Names: torchvision `densenet121`, which timm shares.
public struct DenseNet: Layer {
  /// The channels that each layer adds, k in the paper.
  public var growth = 32
  /// Layers in each dense block.
  public var blocks = [6, 12, 24, 16]
  public var classes = 1000

  /// Table 1; DenseNet-161 is the authors' addition with k = 48.
  static let table: [(name: String, growth: Int, blocks: [Int], top1: Double)] = [
    ("densenet121", 32, [6, 12, 24, 16], 74.434),
    ("densenet161", 48, [6, 12, 36, 24], 77.138),
    ("densenet169", 32, [6, 12, 32, 32], 75.6),
    ("densenet201", 32, [6, 12, 48, 32], 76.896),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let features = image.scoped("features") { image in
      var x = image.scoped("conv0", Conv2D(2 * growth, 7, stride: 2)).scoped("norm0", BatchNorm()).relu.asFeature()
      x = x.maxPooled(3, stride: 2, padding: 1)
      for (i, layers) in zip(1..., blocks) {
        if i > 1 { x = x.scoped("transition\(i - 1)", Transition()) }
        for j in 1...layers {
          x = x.scoped("denseblock\(i)") { x in x.scoped("denselayer\(j)", DenseLayer(growth: growth)) }.asFeature()
        }
      }
      return x.scoped("norm5", BatchNorm()).relu.asFeature()
    }
    return features.globalAveragePooled.flattened.classified("classifier", classes)
  }

  /// torchvision's before 0.2; its published files still have these names.
  static let early = Dialect(
    "torchvision 0.1",
    [
      "features.denseblock*.*.norm*": "features.denseblock*.*.norm.*",
      "features.denseblock*.*.conv*": "features.denseblock*.*.conv.*",
    ])

  /// A bottleneck of 4k channels, then k new ones beside all earlier ones (§3, "DenseNet-B").
  struct DenseLayer: Layer {
    let growth: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let bottleneck = x.scoped("norm1", BatchNorm()).relu.scoped("conv1", Conv2D(4 * growth, 1))
      return concat(x, bottleneck.scoped("norm2", BatchNorm()).relu.scoped("conv2", Conv2D(growth, 3)))
    }
  }

  /// Half the channels on a quarter of the area (§3, "DenseNet-C" with θ = 1/2).
  struct Transition: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let halved = x.scoped("norm", BatchNorm()).relu.scoped("conv", Conv2D(x.channels / 2, 1))
      return halved.averagePooled(2, stride: 2)
    }
  }
}
