public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let resNet = Family(
    "ResNet", year: 2016,
    paper: "Deep Residual Learning for Image Recognition, He et al., CVPR 2016",
    url: "https://arxiv.org/abs/1512.03385", reference: "timm resnet50", licence: "Apache-2.0, BSD-3-Clause",
    idea: """
      A block learns what is to be added to its input: the shortcut passes values and gradients by unchanged, so that \
      networks of a hundred layers can be trained. From 50 layers on, 1×1 convolutions make a bottleneck around the \
      3×3 filter.
      """,
    block: .init("resnet50", "layer1.1"),
    dialects: [ResNet.huggingFace],
    models: ResNet.table.map { row in
      Model(
        row.name, Preprocessing(cropFraction: row.cropFraction), top1: row.top1,
        top1Source: "timm results-imagenet.csv, \(row.weights)", classifier: "fc."
      ) { ResNet(blocks: row.blocks, bottleneck: row.bottleneck, classes: $0) }
    })

  public static let resNetD = Family(
    "ResNet-D", year: 2019,
    paper: "Bag of Tricks for Image Classification with Convolutional Neural Networks, He et al., CVPR 2019",
    url: "https://arxiv.org/abs/1812.01187", reference: "timm resnet50d", licence: "Apache-2.0, BSD-3-Clause",
    idea: """
      ResNet with three small changes: a stem of three 3×3 filters, the stride in the 3×3 filter of the bottleneck, \
      and a mean before the 1×1 convolution of a shortcut that halves the map.
      """,
    block: .init("resnet50d", "layer2.0"),
    models: ResNet.tweakedTable.map { row in
      Model(timm: row.name, .square(row.side, crop: row.crop), top1: (row.top1, row.weights), classifier: "fc.") {
        ResNet(blocks: row.blocks, bottleneck: row.bottleneck, tweaked: true, classes: $0)
      }
    })
}

/// ResNet: Deep Residual Learning for Image Recognition.
///
/// He et al., CVPR 2016, https://arxiv.org/abs/1512.03385. Names: timm `resnet50`. The stride of a bottleneck is in its 3×3
/// convolution, as in later implementations; the paper has it in the first 1×1. Tweaked as ResNet-D of He et al., CVPR 2019,
/// https://arxiv.org/abs/1812.01187, figure 2: three convolutions for the first one, means before a projection.
public struct ResNet: Layer {
  /// Dai et al., ICCV 2017, and with weighed taps Zhu et al., CVPR 2019.
  public enum Deformation: Sendable { case none, plain, modulated }

  /// Blocks in each stage.
  public var blocks = [3, 4, 6, 3]
  public var bottleneck = true
  public var tweaked = false
  /// The 3×3 convolutions of the last three stages are deformable.
  public var deformable = Deformation.none
  public var classes = 1000

  /// Table 1; 26 layers are timm's addition.
  static let table:
    [(name: String, blocks: [Int], bottleneck: Bool, cropFraction: Double, top1: Double, weights: String)] = [
      ("resnet18", [2, 2, 2, 2], false, 0.95, 71.504, "a1_in1k"),
      ("resnet26", [2, 2, 2, 2], true, 0.875, 75.298, "bt_in1k"),
      ("resnet34", [3, 4, 6, 3], false, 0.95, 76.42, "a1_in1k"),
      ("resnet50", [3, 4, 6, 3], true, 0.95, 80.382, "a1_in1k"),
      ("resnet101", [3, 4, 23, 3], true, 0.95, 81.95, "a1h_in1k"),
      ("resnet152", [3, 8, 36, 3], true, 0.95, 82.818, "a1h_in1k"),
    ]

  /// 50 layers are the paper's, the others are timm's.
  static let tweakedTable:
    [(name: String, blocks: [Int], bottleneck: Bool, side: Int, crop: Double, top1: Double, weights: String)] = [
      ("resnet18d", [2, 2, 2, 2], false, 224, 0.875, 72.296, "ra2_in1k"),
      ("resnet26d", [2, 2, 2, 2], true, 224, 0.875, 76.698, "bt_in1k"),
      ("resnet34d", [3, 4, 6, 3], false, 224, 0.875, 77.108, "ra2_in1k"),
      ("resnet50d", [3, 4, 6, 3], true, 224, 0.875, 80.546, "ra2_in1k"),
      ("resnet101d", [3, 4, 23, 3], true, 256, 0.95, 82.254, "ra2_in1k"),
      ("resnet152d", [3, 8, 36, 3], true, 256, 0.95, 83.160, "ra2_in1k"),
    ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("conv1") { tweaked ? deepStem($0) : Conv2D(64, 7, stride: 2)($0) }.scoped("bn1", BatchNorm())
      .relu.asFeature()
    x = x.maxPooled(3, stride: 2, padding: 1)
    for (stage, count) in blocks.enumerated() {
      x = x.through("layer\(stage + 1)") {
        for i in 0..<count {
          Block(
            width: 64 << stage, stride: stage > 0 && i == 0 ? 2 : 1, bottleneck: bottleneck, tweaked: tweaked,
            deformable: stage > 0 ? deformable : .none)
        }
      }.asFeature()
    }
    return x.globalAveragePooled.flattened.classified("fc", classes)
  }

  var deepStem: Sequential {
    Sequential {
      Conv2D(32, 3, stride: 2)
      BatchNorm()
      Activation.relu
      Conv2D(32, 3)
      BatchNorm()
      Activation.relu
      Conv2D(64, 3)
    }
  }

  /// Two 3×3 convolutions, or a 3×3 between two 1×1, beside a shortcut (figure 5).
  struct Block: Layer {
    let width: Int
    let stride: Int
    let bottleneck: Bool
    let tweaked: Bool
    let deformable: Deformation

    func callAsFunction(_ x: Tensor) -> Tensor {
      let y = bottleneck ? narrowed(x) : plain(x)
      return (y + shortcut(x, y.channels)).relu
    }

    func plain(_ x: Tensor) -> Tensor {
      x.scoped("conv1", Conv2D(width, 3, stride: stride)).scoped("bn1", BatchNorm()).relu
        .scoped("conv2", Conv2D(width, 3)).scoped("bn2", BatchNorm())
    }

    func narrowed(_ x: Tensor) -> Tensor {
      x.scoped("conv1", Conv2D(width, 1)).scoped("bn1", BatchNorm()).relu
        .scoped("conv2", filter).scoped("bn2", BatchNorm()).relu
        .scoped("conv3", Conv2D(4 * width, 1)).scoped("bn3", BatchNorm())
    }

    func filter(_ x: Tensor) -> Tensor {
      if deformable == .none { return Conv2D(width, 3, stride: stride)(x) }
      return DeformableConv2D(width, 3, stride: stride, modulated: deformable == .modulated)(x)
    }

    /// The input, projected where its shape differs (§3.3, option B).
    func shortcut(_ x: Tensor, _ out: Int) -> Tensor {
      if stride == 1 && x.channels == out { return x }
      if tweaked {
        let means = stride == 1 ? x : x.averagePooled(2, stride: stride, ceilMode: true, countIncludePad: false)
        return means.scoped("downsample.1", Conv2D(out, 1)).scoped("downsample.2", BatchNorm())
      }
      return x.through("downsample") {
        Conv2D(out, 1, stride: stride)
        BatchNorm()
      }
    }
  }
}
