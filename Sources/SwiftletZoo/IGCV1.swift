import SwiftletGraph
import SwiftletOps

extension Family {
  public static let igcV1 = Family(
    "IGCV1", year: 2017, paper: "Interleaved Group Convolutions for Deep Neural Networks, Zhang et al., ICCV 2017",
    url: "https://arxiv.org/abs/1707.02725", reference: "hellozting/InterleavedGroupConvolutions",
    licence: "none stated",
    idea: """
      Two group convolutions follow each other: a 3×3 one within primary groups, then a 1×1 one within secondary \
      groups, each of which takes one channel of every primary group. Together they connect all channels, so a wider \
      layer fits the same budget.
      """,
    block: .init("igcv1_plain_l24m2_d20", "g1.1"),
    models: IGCV1.imageNet + IGCV1.cifar)
}

/// IGCV1: Interleaved Group Convolutions for Deep Neural Networks.
///
/// Zhang et al., ICCV 2017, https://arxiv.org/abs/1707.02725. After the authors' symbols: groups `g0` to `g4`, and in
/// each block `conv1`, `conv2`, `proj`. L is the number of primary groups, M of channels in each.
enum IGCV1 {
  /// 18 layers with identity shortcuts.
  static let imageNet = [
    ("igcv1_l100m2_imagenet", 100, 200, [100, 200, 400, 800], 73.05),
    ("igcv1_l16m16_imagenet", 256, 256, [16, 16, 16, 16], 70.60),
    ("igcv1_l4m32_imagenet", 128, 128, [4, 4, 4, 4], 69.23),
  ].map { name, stem, width, groups, top1 in
    Model(name, rgb, top1: top1, top1Source: "README of the authors' code", classifier: "fc.") {
      IGCV1Residual(stem: stem, width: width, groups: groups, blocks: 2, isImageNet: true, classes: $0)
    }
  }

  /// Networks for CIFAR: plain ones, and a residual one.
  static let cifar =
    [("l24m2", 24, 2), ("l4m8", 4, 8)].flatMap { name, groups, channels in
      [20, 38].map { depth in
        Model("igcv1_plain_\(name)_d\(depth)", .cifar, classifier: "fc.", classes: 10) {
          IGCV1Plain(groups: groups, width: groups * channels, blocks: (depth - 2) / 3, classes: $0)
        }
      }
    } + [
      Model("igcv1_resnet_l32m26_d20", .cifar, classifier: "fc.", classes: 10) {
        IGCV1Residual(
          stem: 832, width: 832, groups: [32, 32, 32], blocks: 3, isImageNet: false, classes: $0)
      }
    ]

  /// Of the authors' ImageNet script.
  private static let rgb = Preprocessing(
    interpolation: .bilinear, mean: [123.370 / 255, 112.757 / 255, 99.406 / 255],
    std: [68.998 / 255, 66.093 / 255, 68.292 / 255])
}

/// A chain of interleaved group convolutions in three stages of growing width.
struct IGCV1Plain: Layer {
  /// L, of the primary convolutions.
  var groups = 24
  /// Channels of the first stage.
  var width = 48
  /// Of each stage.
  var blocks = 6
  var classes = 10

  func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("g0", ConvBN(Conv2D(width, 3), epsilon: 2e-5)).asFeature()
    for stage in 0..<3 {
      let out = width << stage
      x = x.through("g\(stage + 1)") {
        for i in 0..<blocks {
          InterleavedGroupConvolution(
            out: out, stride: stage > 0 && i == 0 ? 2 : 1, primary: groups, secondary: out / groups, activation: .relu)
        }
      }.asFeature()
    }
    return x.globalAveragePooled.flattened.classified("fc", classes)
  }
}

/// Residual blocks of two interleaved group convolutions.
struct IGCV1Residual: Layer {
  /// Channels of the first convolution.
  var stem = 100
  /// Channels of the first stage.
  var width = 200
  /// L, of each stage.
  var groups = [100, 200, 400, 800]
  /// Of each stage.
  var blocks = 2
  /// A larger first convolution with a pool, and secondary groups counted on the output everywhere.
  var isImageNet = true
  var classes = 1000

  func callAsFunction(_ image: Tensor) -> Tensor {
    let first = Conv2D(stem, isImageNet ? 7 : 3, stride: isImageNet ? 2 : 1)
    var x = image.scoped("g0", ConvBN(first, epsilon: 2e-5)).asFeature()
    if isImageNet { x = x.maxPooled(3, stride: 2, padding: 1) }
    for (stage, groups) in groups.enumerated() {
      x = x.through("g\(stage + 1)") {
        for i in 0..<blocks {
          Block(
            out: width << stage, stride: stage > 0 && i == 0 ? 2 : 1, groups: groups, countsOutput: isImageNet)
        }
      }.asFeature()
    }
    return x.globalAveragePooled.flattened.classified("fc", classes)
  }

  struct Block: Layer {
    let out: Int
    let stride: Int
    let groups: Int
    let countsOutput: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      // The CIFAR code counts the secondary groups of a block's first convolution on its input.
      let secondary = max(1, (countsOutput ? out : x.channels) / groups)
      let y = x.scoped(
        "conv1",
        InterleavedGroupConvolution(
          out: out, stride: stride, primary: groups, secondary: secondary, activation: .relu)
      ).scoped(
        "conv2",
        InterleavedGroupConvolution(
          out: out, stride: 1, primary: groups, secondary: out / groups, activation: .none))
      if x.channels == out { return (x + y).relu }
      let projection = Conv2D(out, 1, stride: stride, groups: groups)
      return (x.scoped("proj", ConvBN(projection, epsilon: 2e-5, .none)) + y).relu
    }
  }
}

/// A spatial convolution in primary groups, a pointwise one in secondary groups that each take one channel of every
/// primary group, and the channels back in place (figure 1).
struct InterleavedGroupConvolution: Layer {
  let out: Int
  let stride: Int
  let primary: Int
  let secondary: Int
  let activation: Activation

  func callAsFunction(_ x: Tensor) -> Tensor {
    let spatial = x.scoped("conv1", Conv2D(out, 3, stride: stride, groups: primary)).channelShuffled(groups: primary)
    let mixed = spatial.scoped("conv2", Conv2D(out, 1, groups: secondary)).channelShuffled(groups: secondary)
    return activation(mixed.scoped("bn", BatchNorm(epsilon: 2e-5)))
  }
}
