import SwiftletGraph
import SwiftletOps

extension Family {
  public static let shuffleNetV2Authors = Family(
    "ShuffleNetV2 (authors)", year: 2018,
    paper: "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design, Ma et al., ECCV 2018",
    url: "https://arxiv.org/abs/1807.11164", reference: "megvii-model/ShuffleNet-Series ShuffleNetV2", licence: "MIT",
    idea: """
      ShuffleNetV2 under its authors' names, where the shuffle stands at the block's input as a split into even and \
      odd channels; V2* has a further depthwise filter that widens the view for detection.
      """,
    block: .init("shufflenet_v2_star_1x", "features.1"),
    models: [("megvii", ShuffleUnit.Branch.plain), ("star", .wide)].flatMap { kind, branch in
      ShuffleNetV2Authors.table.map { row in
        let top1 = branch == .plain ? row.top1 : nil
        return Model(
          "shufflenet_v2_\(kind)_\(row.name)", .bgr, top1: top1,
          top1Source: top1.map { _ in "README of the authors' code" }
        ) { ShuffleNetV2Authors(channels: row.channels, last: row.last, branch: branch, classes: $0) }
      }
    })
}

/// ShuffleNet V2 as its authors wrote it: both branches of a downsampling unit are unequal, and channels are shuffled
/// at the input of a unit.
///
/// Ma et al., ECCV 2018, https://arxiv.org/abs/1807.11164. Names: the authors' code. ShuffleNet V2* for detection has
/// no code; it is a sentence of §4, read as one more depthwise convolution with normalisation before the first
/// pointwise one.
struct ShuffleNetV2Authors: Layer {
  /// Of stages 2, 3 and 4.
  var channels = [116, 232, 464]
  /// Of the last convolution.
  var last = 1024
  var branch = ShuffleUnit.Branch.plain
  var classes = 1000

  /// Table 5.
  static let table: [(name: String, channels: [Int], last: Int, top1: Double)] = [
    ("0_5x", [48, 96, 192], 1024, 61.1), ("1x", [116, 232, 464], 1024, 69.4),
    ("1_5x", [176, 352, 704], 1024, 72.6), ("2x", [244, 488, 976], 2048, 75.0),
  ]

  func callAsFunction(_ image: Tensor) -> Tensor {
    let stem = image.through("first_conv") {
      Conv2D(24, 3, stride: 2)
      BatchNorm()
      Activation.relu
    }
    let features = stem.asFeature().maxPooled(3, stride: 2, padding: 1).through("features") {
      for (out, repeats) in zip(channels, [4, 8, 4]) {
        for i in 0..<repeats { ShuffleUnit(out: out, stride: i == 0 ? 2 : 1, branch: branch).asFeature() }
      }
    }
    let pooled = features.through("conv_last") {
      Conv2D(last, 1)
      BatchNorm()
      Activation.relu
    }.globalAveragePooled.flattened
    let kept = last > 1024 ? DropoutLayer(0.2)(pooled) : pooled
    return kept.classifiedWithoutBias("classifier.0", classes)
  }
}
