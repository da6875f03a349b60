import SwiftletGraph
import SwiftletOps

extension Family {
  public static let shuffleNetV2Plus = Family(
    "ShuffleNetV2+", year: 2019,
    paper: "ShuffleNetV2+, megvii-model/ShuffleNet-Series, 2019; units of ShuffleNet V2, Ma et al., ECCV 2018",
    url: "https://github.com/megvii-model/ShuffleNet-Series",
    reference: "megvii-model/ShuffleNet-Series ShuffleNetV2+", licence: "MIT",
    idea: """
      ShuffleNetV2 with searched blocks (kernels of 3, 5 and 7, or three depthwise filters in a row), h-swish, and \
      squeeze-and-excitation.
      """,
    block: .init("shufflenet_v2_plus_small", "features.9"),
    models: [
      ("small", [36, 104, 208, 416], 74.1), ("medium", [48, 128, 256, 512], 75.7),
      ("large", [68, 168, 336, 672], 77.1),
    ].map { size, channels, top1 in
      Model("shufflenet_v2_plus_\(size)", .bgr, top1: top1, top1Source: "README of the authors' code") {
        ShuffleNetV2Plus(channels: channels, classes: $0)
      }
    })

  public static let singlePathOneShot = Family(
    "Single Path One-Shot", year: 2020,
    paper: "Single Path One-Shot Neural Architecture Search with Uniform Sampling, Guo et al., ECCV 2020",
    url: "https://arxiv.org/abs/1904.00420", reference: "megvii-model/ShuffleNet-Series OneShot", licence: "MIT",
    idea: """
      A supernet in which every training step trains one uniformly drawn path; an evolution then picks the best path. \
      Choices are ShuffleNetV2 blocks with kernels of 3, 5 and 7 or three depthwise filters.
      """,
    block: .init("shufflenet_v2_oneshot", "features.2"),
    models: [
      Model("shufflenet_v2_oneshot", .bgr, top1: 74.9, top1Source: "README of the authors' code") {
        SinglePathOneShot(classes: $0)
      }
    ])
}

/// What the search of Guo et al. chose for each of the 20 units: a kernel of 3, 5 or 7, or 0 for Xception's branch.
private let chosenKernels = [[3, 3, 0, 5], [5, 5, 3, 3], [7, 3, 7, 5, 5, 3, 7, 3], [7, 5, 0, 7]]

/// ShuffleNet V2 with searched kernels, hard swish and squeeze-and-excitation.
///
/// https://github.com/megvii-model/ShuffleNet-Series. Names: the authors' code.
struct ShuffleNetV2Plus: Layer {
  /// Of the four stages.
  var channels = [68, 168, 336, 672]
  var classes = 1000

  func callAsFunction(_ image: Tensor) -> Tensor {
    let stem = image.through("first_conv") {
      Conv2D(16, 3, stride: 2)
      BatchNorm()
      Activation.hardSwish
    }
    let features = stem.asFeature().through("features") {
      for (stage, kernels) in chosenKernels.enumerated() {
        for (i, kernel) in kernels.enumerated() {
          ShuffleUnit(
            out: channels[stage], stride: i == 0 ? 2 : 1, kernel: kernel, branch: kernel == 0 ? .xception : .plain,
            activation: stage == 0 ? .relu : .hardSwish, squeeze: stage < 2 ? nil : PlainSqueezeExcite()
          ).asFeature()
        }
      }
    }
    let wide = features.through("conv_last") {
      Conv2D(1280, 1)
      BatchNorm()
      Activation.hardSwish
    }
    let pooled = wide.globalAveragePooled.scoped("LastSE", PlainSqueezeExcite()).flattened
    let hidden = pooled.scoped("fc.0", Linear(1280, bias: false)).hardSwish
    return DropoutLayer(0.2)(hidden).classifiedWithoutBias("classifier.0", classes)
  }
}

/// Single Path One-Shot: a network whose units and widths were searched.
///
/// Guo et al., ECCV 2020, https://arxiv.org/abs/1904.00420. Names: the authors' code.
struct SinglePathOneShot: Layer {
  var classes = 1000

  /// The searched width of each unit's branch.
  static let expansions: [[Double]] = [
    [1.4, 1.2, 0.8, 1.2], [0.6, 1.4, 0.8, 1.0], [0.6, 1.2, 1.6, 1.2, 1.0, 1.4, 1.6, 1.0], [1.0, 1.2, 1.0, 0.8],
  ]

  func callAsFunction(_ image: Tensor) -> Tensor {
    let stem = image.through("first_conv") {
      Conv2D(16, 3, stride: 2)
      BatchNorm()
      Activation.relu
    }
    let features = stem.asFeature().through("features") {
      for (stage, out) in [64, 160, 320, 640].enumerated() {
        for (i, kernel) in chosenKernels[stage].enumerated() {
          ShuffleUnit(
            out: out, stride: i == 0 ? 2 : 1, kernel: kernel, branch: kernel == 0 ? .xception : .plain,
            expansion: Self.expansions[stage][i]
          ).asFeature()
        }
      }
    }
    let last = features.through("conv_last") {
      Conv2D(1024, 1)
      BatchNorm()
      Activation.relu
    }
    return DropoutLayer(0.1)(last.globalAveragePooled.flattened).classifiedWithoutBias("classifier.0", classes)
  }
}
