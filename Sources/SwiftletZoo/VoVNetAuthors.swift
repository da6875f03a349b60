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
      Model(backbone: name, .detectron) { VoVNetV2Backbone(body: body) }
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
    body.stages(image)[3].globalAveragePooled.flattened.classified("classifier", classes)
  }
}

/// VoVNetV2 as a backbone: the maps of stages 2 to 5.
///
/// Lee and Park, CVPR 2020, https://arxiv.org/abs/1911.06667. Names: youngwanLEE/vovnet-detectron2.
struct VoVNetV2Backbone: Backbone {
  var body: VoVNetBody
  func features(_ image: Tensor) -> [Tensor] { body.stages(image) }
}

/// The stem and the four stages of one-shot aggregation.
struct VoVNetBody: Sendable {
  /// Of the convolutions inside the blocks of each stage.
  var middle: [Int]
  var out: [Int]
  var blocks: [Int]
  /// Convolutions in a block.
  var depth = 5
  var depthwise = false
  /// Effective squeeze-and-excitation ends each block (version 2).
  var isExcited = false

  /// The map of each stage.
  func stages(_ image: Tensor) -> [Tensor] {
    var x = image.scoped("stem") { image in
      let first = NamedConvBN(name: "stem_1", out: 64, kernel: 3, stride: 2)(image)
      return convolved(convolved(first, "stem_2", 64), "stem_3", depthwise ? 64 : 128, stride: 2)
    }
    return (0..<4).map { i in
      if i > 0 { x = x.maxPooled(3, stride: 2, ceilMode: true) }
      for block in 0..<blocks[i] {
        let name = "OSA\(i + 2)_\(block + 1)"
        x = x.scoped("stage\(i + 2).\(name)") { self.block($0, name, stage: i, isFirst: block == 0) }
      }
      return x
    }
  }

  private func convolved(_ x: Tensor, _ name: String, _ out: Int, stride: Int = 1) -> Tensor {
    depthwise
      ? NamedSeparableConvBN(name: name, out: out, stride: stride)(x)
      : NamedConvBN(name: name, out: out, kernel: 3, stride: stride)(x)
  }

  /// Every convolution feeds the next, all are concatenated once (figure 1b of the first paper).
  private func block(_ x: Tensor, _ name: String, stage: Int, isFirst: Bool) -> Tensor {
    let middle = middle[stage]
    var maps = [x]
    var y = x
    if depthwise && x.channels != middle {
      declareLayers(x, name, middle)
      y = x.scoped("conv_reduction", NamedConvBN(name: "\(name)_reduction_0", out: middle, kernel: 1))
    }
    for i in 0..<depth {
      y = y.scoped("layers.\(i)") { convolved($0, "\(name)_\(i)", middle) }
      maps.append(y)
    }
    y = concat(maps).scoped("concat", NamedConvBN(name: "\(name)_concat", out: out[stage], kernel: 1))
    if isExcited { y = y.scoped("ese", EffectiveSqueezeExcitation()) }
    return isFirst ? y : y + x
  }

  /// The reference lists the depthwise layers before the reduction that feeds them.
  private func declareLayers(_ x: Tensor, _ name: String, _ middle: Int) {
    for i in 0..<depth {
      let prefix = "layers.\(i).\(name)_\(i)"
      x.declare([
        ("\(prefix)/dw_conv3x3.weight", [middle, 1, 3, 3], false),
        ("\(prefix)/pw_conv1x1.weight", [middle, middle, 1, 1], false),
      ])
      x.declareBatchNorm("\(prefix)/pw_norm", middle)
    }
  }
}

/// Convolution, batch normalisation, ReLU, named `name/conv` and `name/norm`.
private struct NamedConvBN: Layer {
  let name: String
  let out: Int
  let kernel: Int
  var stride = 1

  func callAsFunction(_ x: Tensor) -> Tensor {
    x.scoped("\(name)/conv", Conv2D(out, kernel, stride: stride)).scoped("\(name)/norm", BatchNorm()).relu
  }
}

/// A depthwise and a pointwise convolution, batch normalisation, ReLU.
private struct NamedSeparableConvBN: Layer {
  let name: String
  let out: Int
  let stride: Int

  func callAsFunction(_ x: Tensor) -> Tensor {
    x.scoped("\(name)/dw_conv3x3", Depthwise(3, stride: stride)).scoped("\(name)/pw_conv1x1", Conv2D(out, 1))
      .scoped("\(name)/pw_norm", BatchNorm()).relu
  }
}
