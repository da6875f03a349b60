public import SwiftletGraph

extension Family {
  public static let mobileOne = Family(
    "MobileOne", year: 2023,
    paper: "MobileOne: An Improved One millisecond Mobile Backbone, Vasu et al., CVPR 2023",
    url: "https://arxiv.org/abs/2206.04040", reference: "timm mobileone_*",
    licence: "Apache-2.0, weights under Apple's ml-mobileone licence",
    idea: """
      Depthwise separable blocks that train with several parallel branches, scaling and identity included, and run as \
      one convolution each: no branch, no shortcut at inference, which is what phones like.
      """,
    block: .init("mobileone_s1", "stages.0.2", through: "stages.0.3"),
    dialects: [MobileOne.authors],
    models: MobileOne.variants.map { name, widths, branches, squeezed, crop, top1 in
      Model(
        "mobileone_\(name)", .square(224, crop: crop, .bilinear), top1: top1,
        top1Source: "timm results-imagenet.csv, mobileone_\(name).apple_in1k", classifier: "head."
      ) { MobileOne(widths: widths, branches: branches, squeezed: squeezed, classes: $0) }
    })
}

/// MobileOne: An Improved One millisecond Mobile Backbone.
///
/// Vasu et al., CVPR 2023, https://arxiv.org/abs/2206.04040. Names: timm `mobileone_*`.
public struct MobileOne: Layer {
  /// The width of each stage as a multiple of 64, 128, 256, 512.
  public var widths = [0.75, 1, 1, 2]
  /// Equal convolutions side by side while training, k in the paper.
  public var branches = 4
  /// How many blocks at the end of each stage have squeeze-and-excitation.
  public var squeezed = [0, 0, 0, 0]
  public var classes = 1000

  /// Tables 2 and 3.
  static let variants: [(name: String, widths: [Double], branches: Int, squeezed: [Int], crop: Double, top1: Double)] =
    [
      ("s0", [0.75, 1, 1, 2], 4, [0, 0, 0, 0], 0.875, 71.398),
      ("s1", [1.5, 1.5, 2, 2.5], 1, [0, 0, 0, 0], 0.9, 75.760),
      ("s2", [1.5, 2, 2.5, 4], 1, [0, 0, 0, 0], 0.9, 77.504),
      ("s3", [2, 2.5, 3, 4], 1, [0, 0, 0, 0], 0.9, 78.002),
      ("s4", [3, 3.5, 3.5, 4], 1, [0, 0, 5, 1], 0.9, 79.446),
    ]

  /// A block filters each channel, then mixes them.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    let first = min(64, Int(64 * widths[0]))
    var channels = first
    let stages = [2, 8, 10, 1].enumerated().map { s, depth in
      (0..<depth).flatMap { i -> [Reparameterizable] in
        let squeeze = i >= depth - squeezed[s] ? SqueezeExcite.named(1.0 / 16) : nil
        let filter = Reparameterizable(
          channels, stride: i == 0 ? 2 : 1, groups: channels, naming: .numbered(branches), pointwise: "conv_scale",
          squeeze: squeeze)
        channels = Int(widths[s] * Double(64 << s))
        let mix = Reparameterizable(
          channels, kernel: 1, stride: 1, naming: .numbered(branches), pointwise: "conv_scale", squeeze: squeeze)
        return [filter, mix]
      }
    }
    let stem = Reparameterizable(first, stride: 2, naming: .numbered(1), pointwise: "conv_scale")
    return ReparameterizableNetwork(stem: stem, stages: stages, classes: classes)(image)
  }
  /// https://github.com/apple/ml-mobileone.
  static let authors: Dialect = {
    let block: KeyValuePairs<String, Dialect.Rule> = [
      "conv_kxk": "rbr_conv", "conv_scale": "rbr_scale", "identity": "rbr_skip", "attn.fc1": "se.reduce",
      "attn.fc2": "se.expand",
    ]
    return Dialect(
      "the authors'",
      ["stem": .into("stage0", block), "stages.*": .into("stage#1", ["*": .into("*", block)]), "head.fc": "linear"])
  }()
}
