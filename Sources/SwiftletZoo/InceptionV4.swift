public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let inceptionV4 = Family(
    "Inception V4", year: 2017,
    paper: "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning, Szegedy et al., "
      + "AAAI 2017",
    url: "https://arxiv.org/abs/1602.07261", reference: "timm inception_v4, inception_resnet_v2",
    licence: "Apache-2.0, after code under the MIT licence",
    idea: """
      Inception with one scheme for all stages and a stem of its own; Inception-ResNet adds what the branches find to \
      the block's input, through a 1×1 convolution and scaled down to keep training stable.
      """,
    block: .init("inception_resnet_v2", "repeat_1.0"),
    models: [
      Model(timm: "inception_v4", .square(299, half: true), top1: (80.144, "tf_in1k"), classifier: "last_linear.") {
        InceptionV4(classes: $0)
      },
      Model(
        timm: "inception_resnet_v2", .square(299, crop: 0.8975, half: true), top1: (80.434, "tf_in1k"),
        classifier: "classif."
      ) { InceptionResNetV2(classes: $0) },
    ])
}

/// Inception V4: Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning.
///
/// Szegedy et al., AAAI 2017, https://arxiv.org/abs/1602.07261, figure 9. Names: timm `inception_v4`.
public struct InceptionV4: Layer {
  public var classes = 1000

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let features = image.through("features") {
      filter(32, 3, stride: 2)
      filter(32, 3, padding: .valid)
      filter(64, 3).asFeature()
      Subsampling(out: 96, filtersFirst: false).asFeature()
      Widening()
      Subsampling(out: 192, filtersFirst: true)
      for _ in 0..<4 { BlockA().asFeature() }
      InceptionReduction(k: 192, l: 224, m: 256, n: 384)
      for _ in 0..<7 { BlockB().asFeature() }
      ReductionB()
      for _ in 0..<3 { BlockC().asFeature() }
    }
    return features.globalAveragePooled.flattened.classified("last_linear", classes)
  }

  /// A filter and a pool of stride 2 side by side (figure 3).
  struct Subsampling: Layer {
    let out: Int
    let filtersFirst: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      let (pooled, filtered) = (x.maxPooled(3, stride: 2), x.scoped("conv", filter(out, 3, stride: 2)))
      return filtersFirst ? concat(filtered, pooled) : concat(pooled, filtered)
    }
  }

  /// The middle of the stem (figure 3).
  struct Widening: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let short = x.through("branch0") {
        filter(64)
        filter(96, 3, padding: .valid)
      }
      let long = x.through("branch1") {
        filter(64)
        row(64, 7)
        column(64, 7)
        filter(96, 3, padding: .valid)
      }
      return concat(short, long)
    }
  }

  /// Figure 4.
  struct BlockA: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let direct = x.scoped("branch0", filter(96))
      let single = x.through("branch1") {
        filter(64)
        filter(96, 3)
      }
      let double = x.through("branch2") {
        filter(64)
        filter(96, 3)
        filter(96, 3)
      }
      return concat(direct, single, double, x.pooledBranch(96))
    }
  }

  /// Figure 5.
  struct BlockB: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let direct = x.scoped("branch0", filter(384))
      let single = x.through("branch1") {
        filter(192)
        row(224, 7)
        column(256, 7)
      }
      let double = x.through("branch2") {
        filter(192)
        column(192, 7)
        row(224, 7)
        column(224, 7)
        row(256, 7)
      }
      return concat(direct, single, double, x.pooledBranch(128))
    }
  }

  /// Figure 8.
  struct ReductionB: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let short = x.through("branch0") {
        filter(192)
        filter(192, 3, stride: 2)
      }
      let long = x.through("branch1") {
        filter(256)
        row(256, 7)
        column(320, 7)
        filter(320, 3, stride: 2)
      }
      return concat(short, long, x.maxPooled(3, stride: 2))
    }
  }

  /// Figure 6.
  struct BlockC: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let direct = x.scoped("branch0", filter(256))
      let single = x.scoped("branch1_0", filter(384))
      let singles = concat(single.scoped("branch1_1a", row(256, 3)), single.scoped("branch1_1b", column(256, 3)))
      let double = x.scoped("branch2_0", filter(384)).scoped("branch2_1", column(448, 3))
        .scoped("branch2_2", row(512, 3))
      let doubles = concat(double.scoped("branch2_3a", row(256, 3)), double.scoped("branch2_3b", column(256, 3)))
      return concat(direct, singles, doubles, x.pooledBranch(256))
    }
  }
}
