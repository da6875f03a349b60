import SwiftletGraph
import SwiftletOps

extension Family {
  public static let igcV2 = Family(
    "IGCV2", year: 2018,
    paper: "IGCV2: Interleaved Structured Sparse Convolutional Neural Networks, Xie et al., CVPR 2018",
    url: "https://arxiv.org/abs/1804.06202", reference: "the paper; its authors published no code", licence: "none",
    idea: """
      The 1×1 convolution too becomes a product of sparse ones: several group convolutions, interleaved so that every \
      output still depends on every input channel, behind a depthwise filter.
      """,
    block: .init("igcv2_c64_d20", "g1.1"),
    models: [("igcv2_c64_d20", 64), ("igcv2_c256_d20", 256)].map { name, width in
      Model(name, .cifar, classifier: "fc.", classes: 10) { IGCV2(width: width, classes: $0) }
    })
}

/// IGCV2: Interleaved Structured Sparse Convolutional Neural Networks.
///
/// Xie et al., CVPR 2018, https://arxiv.org/abs/1804.06202. There is no code by the authors: the block is equations 6
/// to 8, the network is a chain of blocks in three stages of growing width, as IGCV1's. Names: as IGCV1's.
struct IGCV2: Layer {
  /// Channels of the first stage.
  var width = 64
  /// Of each stage.
  var blocks = 6
  var classes = 10

  func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("g0", ConvBN(width, 3)).asFeature()
    for stage in 0..<3 {
      x = x.through("g\(stage + 1)") {
        for i in 0..<blocks {
          InterleavedSparseConvolution(out: width << stage, stride: stage > 0 && i == 0 ? 2 : 1)
        }
      }.asFeature()
    }
    return x.globalAveragePooled.flattened.classified("fc", classes)
  }
}

/// A product of three structured sparse convolutions, P₃W₃P₂W₂P₁W₁ (equations 6 to 8): one filter for each channel,
/// then two pointwise convolutions in groups of K₂ and K₃ channels.
///
/// K₂ · K₃ = C joins each input with each output by exactly one path (the complementary condition); K₂ ≈ K₃ has the
/// fewest weights (the balance condition).
struct InterleavedSparseConvolution: Layer {
  let out: Int
  var stride = 1

  func callAsFunction(_ x: Tensor) -> Tensor {
    let inner = balancedDivisor(of: out)
    let outer = out / inner
    let filtered = x.scoped("conv1", Conv2D(out, 3, stride: stride, groups: x.channels))
    let near = filtered.scoped("conv2", Conv2D(out, 1, groups: outer)).channelShuffled(groups: outer)
    let far = near.scoped("conv3", Conv2D(out, 1, groups: inner)).channelShuffled(groups: inner)
    return far.scoped("bn", BatchNorm()).relu
  }

  /// The largest divisor of `count` that is no larger than its root.
  private func balancedDivisor(of count: Int) -> Int {
    var divisor = Int(Double(count).squareRoot())
    while count % divisor != 0 { divisor -= 1 }
    return divisor
  }
}
