public import SwiftletGraph

extension Family {
  public static let repVGG = Family(
    "RepVGG", year: 2021, paper: "RepVGG: Making VGG-style ConvNets Great Again, Ding et al., CVPR 2021",
    url: "https://arxiv.org/abs/2101.03697", reference: "timm repvgg_*", licence: "Apache-2.0, weights MIT",
    idea: """
      Training sees a 3×3 convolution, a 1×1 one and an identity side by side; their sum is linear, so that afterwards \
      each block is one 3×3 convolution with ReLU. A plain VGG runs with a residual network's accuracy.
      """,
    block: .init("repvgg_a0", "stages.1.1"),
    dialects: [RepVGG.authors],
    models: RepVGG.variants.map { name, depths, widths, groups, top1 in
      let isLarge = name == "d2se"
      return Model(
        "repvgg_\(name)", isLarge ? .square(320, crop: 1, .bilinear) : .square(224, .bilinear), top1: top1,
        top1Source: "timm results-imagenet.csv, repvgg_\(name).rvgg_in1k", classifier: "head."
      ) { RepVGG(depths: depths, widths: widths, groups: groups, squeezes: isLarge, classes: $0) }
    })
}

/// RepVGG: Making VGG-style ConvNets Great Again.
///
/// Ding et al., CVPR 2021, https://arxiv.org/abs/2101.03697. Names: timm `repvgg_*`.
public struct RepVGG: Layer {
  /// Blocks of each stage.
  public var depths = [2, 4, 14, 1]
  /// The width of each stage as a multiple of 64, 128, 256, 512.
  public var widths = [0.75, 0.75, 0.75, 2.5]
  /// Of the second, fourth, … block of each stage.
  public var groups = 1
  /// Squeeze-and-excitation before the activations.
  public var squeezes = false
  public var classes = 1000

  /// Tables 2 and 3 of the paper; D2se is of the authors' code.
  static let variants: [(name: String, depths: [Int], widths: [Double], groups: Int, top1: Double)] = [
    ("a0", [2, 4, 14, 1], [0.75, 0.75, 0.75, 2.5], 1, 72.426),
    ("a1", [2, 4, 14, 1], [1, 1, 1, 2.5], 1, 74.474),
    ("a2", [2, 4, 14, 1], [1.5, 1.5, 1.5, 2.75], 1, 76.488),
    ("b0", [4, 6, 16, 1], [1, 1, 1, 2.5], 1, 75.158),
    ("b1", [4, 6, 16, 1], [2, 2, 2, 4], 1, 78.370),
    ("b1g4", [4, 6, 16, 1], [2, 2, 2, 4], 4, 77.608),
    ("b2", [4, 6, 16, 1], [2.5, 2.5, 2.5, 5], 1, 78.788),
    ("b2g4", [4, 6, 16, 1], [2.5, 2.5, 2.5, 5], 4, 79.396),
    ("b3", [4, 6, 16, 1], [3, 3, 3, 5], 1, 80.528),
    ("b3g4", [4, 6, 16, 1], [3, 3, 3, 5], 4, 80.224),
    ("d2se", [8, 14, 24, 1], [2.5, 2.5, 2.5, 5], 1, 83.550),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stages = depths.indices.map { s in
      let out = Int(widths[s] * Double(64 << s))
      return (0..<depths[s]).map { block(out, stride: $0 == 0 ? 2 : 1, groups: $0 % 2 == 1 ? groups : 1) }
    }
    let stem = block(min(64, Int(64 * widths[0])), stride: 2, groups: 1)
    return ReparameterizableNetwork(stem: stem, stages: stages, classes: classes)(image)
  }

  private func block(_ out: Int, stride: Int, groups: Int) -> Reparameterizable {
    Reparameterizable(
      out, stride: stride, groups: groups, naming: .one, pointwise: "conv_1x1",
      squeeze: squeezes ? .named(1.0 / 16, divisor: 1) : nil)
  }
  /// https://github.com/DingXiaoH/RepVGG.
  static let authors: Dialect = {
    let block: KeyValuePairs<String, Dialect.Rule> = [
      "conv_kxk": "rbr_dense", "conv_1x1": "rbr_1x1", "identity": "rbr_identity", "attn.fc1": "se.down",
      "attn.fc2": "se.up",
    ]
    return Dialect(
      "the authors'",
      ["stem": .into("stage0", block), "stages.*": .into("stage#1", ["*": .into("*", block)]), "head.fc": "linear"])
  }()
}
