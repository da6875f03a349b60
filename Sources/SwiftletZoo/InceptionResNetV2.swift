public import SwiftletGraph
import SwiftletOps

/// Inception-ResNet V2: Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning.
///
/// Szegedy et al., AAAI 2017, https://arxiv.org/abs/1602.07261, figure 15. Names: timm `inception_resnet_v2`, whose stem is
/// Inception V3's and which has twice the paper's blocks.
public struct InceptionResNetV2: Layer {
  public var classes = 1000

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let early = image.scoped("conv2d_1a", filter(32, 3, stride: 2)).scoped("conv2d_2a", filter(32, 3, padding: .valid))
      .scoped("conv2d_2b", filter(64, 3)).asFeature().maxPooled(3, stride: 2)
    let stem = early.scoped("conv2d_3b", filter(80)).scoped("conv2d_4a", filter(192, 3, padding: .valid)).asFeature()
      .maxPooled(3, stride: 2)
    let narrow = stem.scoped("mixed_5b", Entry()).through("repeat") {
      for _ in 0..<10 { Block35() }
    }.asFeature()
    let middle = narrow.scoped("mixed_6a", InceptionReduction(k: 256, l: 256, m: 384, n: 384)).through("repeat_1") {
      for _ in 0..<20 { Block17() }
    }.asFeature()
    let wide = middle.scoped("mixed_7a", ReductionB()).through("repeat_2") {
      for _ in 0..<9 { Block8(scale: 0.2) }
    }
    let features = wide.scoped("block8", Block8(scale: 1, activation: .none)).scoped("conv2d_7b", filter(1536))
      .asFeature()
    return features.globalAveragePooled.flattened.classified("classif", classes)
  }

  struct Entry: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let direct = x.scoped("branch0", filter(96))
      let single = x.through("branch1") {
        filter(48)
        filter(64, 5)
      }
      let double = x.through("branch2") {
        filter(64)
        filter(96, 3)
        filter(96, 3)
      }
      return concat(direct, single, double, x.pooledBranch(64))
    }
  }

  /// Figure 16.
  struct Block35: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let direct = x.scoped("branch0", filter(32))
      let single = x.through("branch1") {
        filter(32)
        filter(32, 3)
      }
      let double = x.through("branch2") {
        filter(32)
        filter(48, 3)
        filter(64, 3)
      }
      return x.joined(concat(direct, single, double), scale: 0.17).relu
    }
  }

  /// Figure 17.
  struct Block17: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let direct = x.scoped("branch0", filter(192))
      let long = x.through("branch1") {
        filter(128)
        row(160, 7)
        column(192, 7)
      }
      return x.joined(concat(direct, long), scale: 0.1).relu
    }
  }

  /// Figure 18.
  struct ReductionB: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let short = x.through("branch0") {
        filter(256)
        filter(384, 3, stride: 2)
      }
      let middle = x.through("branch1") {
        filter(256)
        filter(288, 3, stride: 2)
      }
      let long = x.through("branch2") {
        filter(256)
        filter(288, 3)
        filter(320, 3, stride: 2)
      }
      return concat(short, middle, long, x.maxPooled(3, stride: 2))
    }
  }

  /// Figure 19.
  struct Block8: Layer {
    let scale: Float
    var activation = Activation.relu

    func callAsFunction(_ x: Tensor) -> Tensor {
      let direct = x.scoped("branch0", filter(192))
      let long = x.through("branch1") {
        filter(192)
        row(224, 3)
        column(256, 3)
      }
      return activation(x.joined(concat(direct, long), scale: scale))
    }
  }
}

extension Tensor {
  /// This map plus `branches`, projected to its channels and scaled down for stability (§3.3).
  fileprivate func joined(_ branches: Tensor, scale: Float) -> Tensor {
    let projected = branches.scoped("conv2d", Conv2D(channels, 1, bias: true))
    return self + (scale == 1 ? projected : projected * scale)
  }
}
