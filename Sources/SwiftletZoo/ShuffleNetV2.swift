public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let shuffleNetV2 = Family(
    "ShuffleNetV2", year: 2018,
    paper: "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design, Ma et al., ECCV 2018",
    url: "https://arxiv.org/abs/1807.11164", reference: "torchvision shufflenet_v2_x1_0", licence: "BSD-3-Clause",
    idea: """
      Rules for speed instead of for multiply-adds: half of the channels pass by untouched, the other half is filtered \
      at equal width without groups, then both are concatenated and shuffled.
      """,
    block: .init("shufflenet_v2_x1_0", "stage2.1"),
    models: ShuffleNetV2.table.map { row in
      Model(
        "shufflenet_v2_\(row.name)",
        Preprocessing(interpolation: .bilinear, cropFraction: row.cropFraction),
        top1: row.top1, top1Source: "torchvision 0.29, weights IMAGENET1K_V1", classifier: "fc."
      ) {
        ShuffleNetV2(channels: row.channels, last: row.last, classes: $0)
      }
    })
}

/// ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design.
///
/// Ma et al., ECCV 2018, https://arxiv.org/abs/1807.11164. Names: torchvision `shufflenet_v2_x1_0`. The authors' code differs:
/// there both branches of a downsampling unit are unequal and channels are shuffled first.
public struct ShuffleNetV2: Layer {
  /// Of stages 2, 3 and 4.
  public var channels = [116, 232, 464]
  /// Of the last convolution.
  public var last = 1024
  public var classes = 1000

  /// Table 5: channels of stages 2, 3, 4 and of conv5, for each width.
  static let table: [(name: String, channels: [Int], last: Int, cropFraction: Double, top1: Double)] = [
    ("x0_5", [48, 96, 192], 1024, 0.875, 60.552),
    ("x1_0", [116, 232, 464], 1024, 0.875, 69.362),
    ("x1_5", [176, 352, 704], 1024, 224.0 / 232, 72.996),
    ("x2_0", [244, 488, 976], 2048, 224.0 / 232, 76.23),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.through("conv1") {
      Conv2D(24, 3, stride: 2)
      BatchNorm()
      Activation.relu
    }
    x = x.asFeature().maxPooled(3, stride: 2, padding: 1)
    for (stage, (out, repeats)) in zip(2..., zip(channels, [4, 8, 4])) {
      x = x.through("stage\(stage)") {
        for i in 0..<repeats { Unit(out: out, stride: i == 0 ? 2 : 1) }
      }.asFeature()
    }
    x = x.through("conv5") {
      Conv2D(last, 1)
      BatchNorm()
      Activation.relu
    }
    return x.globalAveragePooled.flattened.classified("fc", classes)
  }

  /// Half the channels pass by, half are filtered, then all are shuffled (figure 3c); with stride 2 both branches filter
  /// all channels (figure 3d).
  struct Unit: Layer {
    let out: Int
    let stride: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let halves = stride == 1 ? x.split(2) : [downsampled(x), x]
      let filtered = halves[1].through("branch2") {
        Conv2D(out / 2, 1)
        BatchNorm()
        Activation.relu
        Depthwise(3, stride: stride)
        BatchNorm()
        Conv2D(out / 2, 1)
        BatchNorm()
        Activation.relu
      }
      return concat(halves[0], filtered).channelShuffled(groups: 2)
    }

    func downsampled(_ x: Tensor) -> Tensor {
      x.through("branch1") {
        Depthwise(3, stride: stride)
        BatchNorm()
        Conv2D(out / 2, 1)
        BatchNorm()
        Activation.relu
      }
    }
  }
}
