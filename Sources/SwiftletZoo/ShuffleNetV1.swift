import SwiftletGraph
import SwiftletOps

extension Family {
  public static let shuffleNetV1 = Family(
    "ShuffleNet", year: 2018,
    paper:
      "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile Devices, Zhang et al., CVPR 2018",
    url: "https://arxiv.org/abs/1707.01083", reference: "megvii-model/ShuffleNet-Series ShuffleNetV1", licence: "MIT",
    idea: """
      1×1 convolutions cost most in small networks, so they are grouped; a shuffle of the channels lets the next \
      groups see what the others found.
      """,
    block: .init("shufflenet_v1_g3_1x", "features.1"),
    models: ShuffleNetV1.variants.map { row in
      Model(
        row.name, .bgr, top1: row.top1, top1Source: row.top1.map { _ in "README of the authors' code" }
      ) { ShuffleNetV1(groups: row.groups, stem: row.stem, width: row.width, classes: $0) }
    })
}

extension Preprocessing {
  /// The input of the networks of megvii-model/ShuffleNet-Series: values in 0…255, channels in the order blue, green,
  /// red.
  static let bgr = Preprocessing(
    interpolation: .bilinear, channelOrder: .bgr, mean: [0, 0, 0], std: [Float](repeating: 1 / 255, count: 3))
}

/// ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile Devices.
///
/// Zhang et al., CVPR 2018, https://arxiv.org/abs/1707.01083. Names: the authors' code, which has 3 and 8 groups; 1, 2
/// and 4 groups are table 1 in the same code.
struct ShuffleNetV1: Layer {
  /// Groups of the pointwise convolutions.
  var groups = 3
  /// Channels of the first convolution.
  var stem = 24
  /// Channels of stage 2; each further stage doubles them.
  var width = 240
  var classes = 1000

  /// Table 1, and the widths of table 2 as the authors' code rounds them.
  static let variants: [(name: String, groups: Int, stem: Int, width: Int, top1: Double?)] = [
    ("shufflenet_v1_g1_1x", 1, 24, 144, nil),
    ("shufflenet_v1_g2_1x", 2, 24, 200, nil),
    ("shufflenet_v1_g3_0_5x", 3, 12, 120, 57.3),
    ("shufflenet_v1_g3_1x", 3, 24, 240, 67.8),
    ("shufflenet_v1_g3_1_5x", 3, 24, 360, 71.6),
    ("shufflenet_v1_g3_2x", 3, 48, 480, 74.1),
    ("shufflenet_v1_g4_1x", 4, 24, 272, nil),
    ("shufflenet_v1_g8_0_5x", 8, 16, 192, 58.8),
    ("shufflenet_v1_g8_1x", 8, 24, 384, 68.0),
    ("shufflenet_v1_g8_1_5x", 8, 24, 576, 71.0),
    ("shufflenet_v1_g8_2x", 8, 48, 768, 72.9),
  ]

  func callAsFunction(_ image: Tensor) -> Tensor {
    let first = image.through("first_conv") {
      Conv2D(stem, 3, stride: 2)
      BatchNorm()
      Activation.relu
    }
    let features = first.asFeature().maxPooled(3, stride: 2, padding: 1).through("features") {
      for (stage, repeats) in [4, 8, 4].enumerated() {
        for i in 0..<repeats {
          Unit(
            out: width << stage, stride: i == 0 ? 2 : 1, groups: groups, isFirst: stage == 0 && i == 0
          ).asFeature()
        }
      }
    }
    return features.globalAveragePooled.flattened.classifiedWithoutBias("classifier.0", classes)
  }

  /// Pointwise group convolutions with a shuffle between them (figure 2b); with stride 2 the pooled input is put beside
  /// (figure 2c). The first pointwise convolution of all is not grouped, for its input has few channels.
  struct Unit: Layer {
    let out: Int
    let stride: Int
    let groups: Int
    let isFirst: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      let narrow = x.through("branch_main_1") {
        Conv2D(out / 4, 1, groups: isFirst ? 1 : groups)
        BatchNorm()
        Activation.relu
        Depthwise(3, stride: stride)
        BatchNorm()
      }
      // The authors shuffle by groups of out / 4 / g: the inverse of figure 1c.
      let shuffled = groups > 1 ? narrow.channelShuffled(groups: out / 4 / groups) : narrow
      let wide = shuffled.through("branch_main_2") {
        Conv2D(stride == 1 ? out : out - x.channels, 1, groups: groups)
        BatchNorm()
      }
      return stride == 1 ? (wide + x).relu : concat(x.averagePooled(3, stride: 2, padding: 1), wide.relu)
    }
  }
}
