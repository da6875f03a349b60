import SwiftletGraph
import SwiftletOps

extension Family {
  public static let voVNetAuthors = Family(
    "VoVNet (authors)", year: 2019,
    paper: "An Energy and GPU-Computation Efficient Backbone Network for Real-Time Object Detection, Lee et al., "
      + "CVPR workshops 2019",
    url: "https://arxiv.org/abs/1904.09730", reference: "stigma0617/VoVNet.pytorch", licence: "none stated",
    idea: """
      VoVNet under its authors' names: their classification networks, with an addition around the later blocks of a \
      stage.
      """,
    block: .init("vovnet39", "stage4.OSA4_1"),
    models: VoVNetAuthors.variants.map { row in
      Model(
        row.name, .square(224, .bilinear), top1: row.top1,
        top1Source: row.top1.map { _ in "README of the authors' code" }
      ) { VoVNetAuthors(body: row.body, classes: $0) }
    })

  public static let voVNetV2Authors = Family(
    "VoVNetV2 (authors)", year: 2020,
    paper: "CenterMask: Real-Time Anchor-Free Instance Segmentation, Lee and Park, CVPR 2020",
    url: "https://arxiv.org/abs/1911.06667", reference: "youngwanLEE/vovnet-detectron2",
    licence: "CC-BY-NC-4.0",
    idea: """
      VoVNet for detection with a shortcut around all blocks but the first of a stage, and eSE: the mean of a map \
      through one layer without reduction says how much each channel counts.
      """,
    block: .init("vovnet_v2_39", "stage5.OSA5_2"),
    models: VoVNetAuthors.backbones.map { name, body in
      Model(backbone: name, .detectron) { body }
    })
}

extension Preprocessing {
  /// Of detectron2's models: values in 0…255 less their mean, channels in the order blue, green, red.
  static let detectron = Preprocessing(
    interpolation: .bilinear, cropFraction: 1, mean: [103.53 / 255, 116.28 / 255, 123.675 / 255],
    std: [Float](repeating: 1 / 255, count: 3))
}

/// VoVNet as its authors wrote it: a block that is not the first of its stage has a shortcut in version 1 too.
///
/// Lee et al., CVPR workshops 2019, https://arxiv.org/abs/1904.09730. Names: stigma0617/VoVNet.pytorch.
struct VoVNetAuthors: Layer {
  var body: VoVNetBody
  var classes = 1000

  private static let full = (middle: [128, 160, 192, 224], out: [256, 512, 768, 1024])
  private static let slim = (middle: [64, 80, 96, 112], out: [112, 256, 384, 512])

  /// Of the first paper.
  static let variants: [(name: String, body: VoVNetBody, top1: Double?)] = [
    ("vovnet27_slim", VoVNetBody(middle: slim.middle, out: [128, 256, 384, 512], blocks: [1, 1, 1, 1]), nil),
    ("vovnet39", VoVNetBody(middle: full.middle, out: full.out, blocks: [1, 1, 2, 2]), 76.77),
    ("vovnet57", VoVNetBody(middle: full.middle, out: full.out, blocks: [1, 1, 4, 3]), 77.73),
  ]

  /// Of the second paper, for detectors.
  static let backbones: [(name: String, body: VoVNetBody)] =
    [("vovnet_v2_19_slim_dw", slim, true), ("vovnet_v2_19_dw", full, true)]
    .map { name, width, depthwise in (name, three(width, depthwise: depthwise)) }
    + [("vovnet_v2_19_slim", slim), ("vovnet_v2_19", full)].map { name, width in (name, three(width, depthwise: false))
    }
    + [("vovnet_v2_39", [1, 1, 2, 2]), ("vovnet_v2_57", [1, 1, 4, 3]), ("vovnet_v2_99", [1, 3, 9, 3])]
    .map { name, blocks in (name, VoVNetBody(middle: full.middle, out: full.out, blocks: blocks, isExcited: true)) }

  /// 19 layers: blocks of three convolutions.
  private static func three(_ width: (middle: [Int], out: [Int]), depthwise: Bool) -> VoVNetBody {
    VoVNetBody(
      middle: width.middle, out: width.out, blocks: [1, 1, 1, 1], depth: 3, depthwise: depthwise, isExcited: true)
  }

  func callAsFunction(_ image: Tensor) -> Tensor {
    body(image).globalAveragePooled.flattened.classified("classifier", classes)
  }
}
