import SwiftletGraph
import SwiftletOps

extension Family {
  public static let condenseNet = Family(
    "CondenseNet", year: 2018,
    paper: "CondenseNet: An Efficient DenseNet using Learned Group Convolutions, Huang et al., CVPR 2018",
    url: "https://arxiv.org/abs/1711.09224", reference: "ShichenLiu/CondenseNet", licence: "MIT",
    idea: """
      A DenseNet in which every layer learns while training which inputs its groups need and drops the rest; \
      afterwards it is a group convolution behind an index. Growth doubles from stage to stage.
      """,
    block: .init("condensenet_74_g4", "features.denseblock_1.denselayer_2"),
    models: CondenseNet.imageNet + CondenseNet.cifar)
}

/// CondenseNet: An Efficient DenseNet using Learned Group Convolutions.
///
/// Huang et al., CVPR 2018, https://arxiv.org/abs/1711.09224. Names: the authors' code, before (`condensenet.py`) and
/// after (`condensenet_converted.py`) its convolutions are condensed.
struct CondenseNet: Layer {
  /// Layers of each dense block.
  var stages = [4, 6, 8, 10, 8]
  /// Channels that each layer of a block adds.
  var growth = [8, 16, 32, 64, 128]
  var groups = 4
  /// Of the first convolution.
  var stride = 2
  /// The form that is trained: pointwise convolutions are whole, with a mask of what is left of them.
  var isTraining = false
  var classes = 1000

  /// Converted, and as they are trained, with 4 and 8 groups.
  static let imageNet: [Model] = [(4, 73.8), (8, 71.0)].flatMap { groups, top1 in
    [false, true].map { isTraining in
      Model(
        "condensenet_74_g\(groups)" + (isTraining ? "_train" : ""), .square(224, .bilinear), top1: top1,
        top1Source: "README of the authors' code"
      ) { CondenseNet(groups: groups, isTraining: isTraining, classes: $0) }
    }
  }

  /// Converted networks for CIFAR, by their number of layers.
  static let cifar = [(50, 8), (74, 8), (86, 8), (98, 8), (110, 8), (122, 8), (182, 12)].map { depth, growth in
    Model("condensenet_cifar_\(depth)", .cifar, classes: 10) {
      CondenseNet(
        stages: [Int](repeating: (depth - 2) / 6, count: 3), growth: [growth, 2 * growth, 4 * growth], stride: 1,
        classes: $0)
    }
  }

  func callAsFunction(_ image: Tensor) -> Tensor {
    let features = image.scoped("features") { image in
      var x = image.scoped("init_conv", Conv2D(2 * growth[0], 3, stride: stride))
      for (i, layers) in stages.enumerated() {
        if i > 0 { x = x.averagePooled(2, stride: 2) }
        for j in 1...layers {
          x = x.scoped(
            "denseblock_\(i + 1).denselayer_\(j)",
            DenseLayer(growth: growth[i], groups: groups, isTraining: isTraining)
          ).asFeature()
        }
      }
      return x.scoped("norm_last", BatchNorm()).relu.asFeature()
    }
    let pooled = features.globalAveragePooled.flattened
    return isTraining || classes == 0
      ? pooled.classified("classifier", classes) : pooled.scoped("classifier", CondensedLinear(out: classes))
  }

  /// A pointwise bottleneck whose groups were learned, then a 3×3 group convolution (figure 1, right).
  struct DenseLayer: Layer {
    let growth: Int
    let groups: Int
    let isTraining: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      let bottleneck = x.scoped("conv_1") {
        isTraining
          ? LearnedGroupConvolution(out: 4 * growth)($0)
          : CondensedConvolution(out: 4 * growth, groups: groups)($0)
      }
      let added = bottleneck.scoped("conv_2") {
        $0.scoped("norm", BatchNorm()).relu.scoped("conv", Conv2D(growth, 3, groups: groups))
      }
      return concat(x, added)
    }
  }

  /// While training: normalisation, ReLU and a whole convolution whose pruned weights are masked (figure 3). The
  /// reference keeps how many inputs each group has lost (`_count`) and how many condensing stages have passed
  /// (`_stage`).
  struct LearnedGroupConvolution: Layer {
    let out: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      for name in ["_count", "_stage"] { _ = x.buffer(name, [1]) }
      let mask = x.buffer("_mask", [out, x.channels, 1, 1])
      let active = x.scoped("norm", BatchNorm()).relu
      let weight = active.scoped("conv") { $0.parameter("weight", [out, x.channels, 1, 1]) }
      return active.apply(Conv(Window(1)), weight * mask)
    }
  }

  /// In use: the inputs that each group kept, by their `index`, then a group convolution and a shuffle that puts the
  /// outputs in order (figure 1, right).
  struct CondensedConvolution: Layer {
    let out: Int
    let groups: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      x.gathered(x.buffer("index", [x.channels])).scoped("norm", BatchNorm()).relu
        .scoped("conv", Conv2D(out, 1, groups: groups)).channelShuffled(groups: groups)
    }
  }

  /// A linear layer on the half of its inputs that matters most, by their `index`.
  struct CondensedLinear: Layer {
    let out: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      x.gathered(x.buffer("index", [x.channels / 2])).scoped("linear", Linear(out))
    }
  }
}
