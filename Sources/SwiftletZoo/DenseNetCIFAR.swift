import SwiftletGraph
import SwiftletOps

extension Family {
  public static let denseNetCIFAR = Family(
    "DenseNet (CIFAR)", year: 2017,
    paper: "Densely Connected Convolutional Networks, Huang et al., CVPR 2017", url: "https://arxiv.org/abs/1608.06993",
    reference: "the paper, with names after gpleiss/efficient_densenet_pytorch", licence: "MIT",
    idea: """
      DenseNet for images of 32×32 pixels: three blocks of equal length, with bottlenecks and transitions that keep \
      half of the channels (BC).
      """,
    block: .init("densenet_bc100_k12_cifar", "features.denseblock1.denselayer2"),
    models: [
      ("densenet40_k12_cifar", 40, 12, false), ("densenet100_k12_cifar", 100, 12, false),
      ("densenet100_k24_cifar", 100, 24, false), ("densenet_bc100_k12_cifar", 100, 12, true),
      ("densenet_bc250_k24_cifar", 250, 24, true), ("densenet_bc190_k40_cifar", 190, 40, true),
    ].map { name, depth, growth, isBC in
      Model(name, .cifar, classes: 10) { DenseNetCIFAR(depth: depth, growth: growth, isBC: isBC, classes: $0) }
    })
}

/// DenseNet for small pictures: three dense blocks on maps of 32, 16 and 8 pixels.
///
/// Huang et al., CVPR 2017, https://arxiv.org/abs/1608.06993, §3 and table 2.
struct DenseNetCIFAR: Layer {
  /// Layers with weights, transitions and ends counted.
  var depth = 40
  /// k: channels that each layer adds.
  var growth = 12
  /// Bottlenecks of 4k channels before each 3×3 convolution, and transitions that halve the channels.
  var isBC = false
  var classes = 10

  func callAsFunction(_ image: Tensor) -> Tensor {
    let layers = (depth - 4) / (isBC ? 6 : 3)
    let features = image.scoped("features") { image in
      var x = image.scoped("conv0", Conv2D(isBC ? 2 * growth : 16, 3))
      for block in 1...3 {
        if block > 1 { x = transition(x, "transition\(block - 1)") }
        for layer in 1...layers { x = x.scoped("denseblock\(block).denselayer\(layer)") { concat($0, added($0)) } }
        x.asFeature()
      }
      return x.scoped("norm_final", BatchNorm()).relu.asFeature()
    }
    return features.globalAveragePooled.flattened.classified("classifier", classes)
  }

  private func added(_ x: Tensor) -> Tensor {
    let active = x.scoped("norm1", BatchNorm()).relu
    guard isBC else { return active.scoped("conv1", Conv2D(growth, 3)) }
    return active.scoped("conv1", Conv2D(4 * growth, 1)).scoped("norm2", BatchNorm()).relu
      .scoped("conv2", Conv2D(growth, 3))
  }

  private func transition(_ x: Tensor, _ name: String) -> Tensor {
    x.scoped(name) {
      $0.scoped("norm", BatchNorm()).relu.scoped("conv", Conv2D(isBC ? x.channels / 2 : x.channels, 1))
    }.averagePooled(2, stride: 2)
  }
}
