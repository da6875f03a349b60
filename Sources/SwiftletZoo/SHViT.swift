public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let shViT = Family(
    "SHViT", year: 2024,
    paper: "SHViT: Single-Head Vision Transformer with Memory Efficient Macro Design, Yun and Ro, CVPR 2024",
    url: "https://arxiv.org/abs/2401.16456", reference: "timm shvit_*", licence: "Apache-2.0, weights MIT",
    idea: """
      Attention with one head, on a part of the channels; the others pass by and join behind it, where a projection \
      mixes both. A stem of stride 16 leaves few tokens.
      """,
    block: .init("shvit_s1", "stages.1.blocks.0"),
    models: SHViT.variants.map { name, side, channels, depths, attended, top1 in
      Model(
        "shvit_\(name)", .square(side), top1: top1,
        top1Source: "timm results-imagenet.csv, shvit_\(name).in1k", classifier: "head."
      ) { SHViT(channels: channels, depths: depths, attended: attended, classes: $0) }
    })
}

/// SHViT: Single-Head Vision Transformer with Memory Efficient Macro Design.
///
/// Yun and Ro, CVPR 2024, https://arxiv.org/abs/2401.16456. Names: timm `shvit_*`.
public struct SHViT: Layer {
  /// Of each stage.
  public var channels = [128, 224, 320]
  public var depths = [2, 4, 5]
  /// How many channels of each stage attention mixes; none in the first stage.
  public var attended = [0, 48, 68]
  public var classes = 1000

  /// The variants of the paper.
  static let variants: [(name: String, side: Int, channels: [Int], depths: [Int], attended: [Int], top1: Double)] = [
    ("s1", 224, [128, 224, 320], [2, 4, 5], [0, 48, 68], 72.780),
    ("s2", 224, [128, 308, 448], [2, 4, 5], [0, 66, 96], 75.184),
    ("s3", 224, [192, 352, 448], [3, 5, 5], [0, 75, 96], 77.356),
    ("s4", 256, [224, 336, 448], [4, 7, 6], [0, 72, 96], 79.362),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.through("patch_embed") {
      for i in [3, 2, 1, 0] {
        ConvNorm(channels[0] >> i, 3, stride: 2)
        if i > 0 { Activation.relu }
      }
    }
    for (s, depth) in depths.enumerated() {
      x = x.scoped("stages.\(s)") { x in
        let smaller = s == 0 ? x : downsampled(x, to: channels[s])
        return smaller.through("blocks") { for _ in 0..<depth { Block(attended: attended[s]) } }
      }.asFeature()
    }
    let pooled = x.globalAveragePooled.flattened
    return classes == 0 ? pooled : pooled.scoped("head", NormLinear(classes: classes))
  }

  private func downsampled(_ x: Tensor, to out: Int) -> Tensor {
    x.through("downsample") {
      Residual(ConvNorm(Depthwise(3)))
      Residual(FeedForward())
      PatchMerging(out: out)
      Residual(ConvNorm(Depthwise(3)))
      Residual(FeedForward())
    }
  }

  /// A layer beside a shortcut. Name: `m`.
  struct Residual: Layer {
    let layer: any Layer
    init(_ layer: any Layer) { self.layer = layer }
    func callAsFunction(_ x: Tensor) -> Tensor { x + x.scoped("m") { layer($0) } }
  }

  /// Twice the channels between two pointwise convolutions.
  struct FeedForward: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      x.scoped("pw1", ConvNorm(2 * x.channels)).relu.scoped("pw2", ConvNorm(x.channels))
    }
  }

  /// An inverted residual of stride 2 without shortcut.
  struct PatchMerging: Layer {
    let out: Int
    func callAsFunction(_ x: Tensor) -> Tensor {
      x.scoped("conv1", ConvNorm(4 * x.channels)).relu.scoped("conv2", ConvNorm(Depthwise(3, stride: 2))).relu
        .scoped("se", SqueezeExcite.named(0.25)).scoped("conv3", ConvNorm(out))
    }
  }

  /// A filter, attention, a perceptron.
  struct Block: Layer {
    let attended: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      var y = x.scoped("conv", Residual(ConvNorm(Depthwise(3))))
      if attended > 0 { y = y.scoped("mixer", Residual(SingleHeadAttention(attended: attended))) }
      return y.scoped("ffn", Residual(FeedForward()))
    }
  }

  /// Self-attention with one head on some of the channels; the others pass it by.
  struct SingleHeadAttention: Layer {
    let attended: Int
    /// The size of a query and of a key.
    static let size = 16

    func callAsFunction(_ x: Tensor) -> Tensor {
      let (n, tokens, size) = (x.shape[0], x.height * x.width, Self.size)
      let part = x[channels: 0..<attended].scoped("pre_norm", GroupNorm(1))
      let qkv = part.scoped("qkv", ConvNorm(2 * size + attended))
        .reshaped([n, 2 * size + attended, tokens]).transposed([0, 2, 1])
      func slice(_ range: Range<Int>) -> Tensor {
        qkv.apply(Slice(axis: 2, start: range.lowerBound, end: range.upperBound))
      }
      let attention = Attention(heads: 1, scale: 1 / Float(size).squareRoot())
      let answer = slice(0..<size).apply(attention, slice(size..<2 * size), slice(2 * size..<2 * size + attended))
      let map = answer.transposed([0, 2, 1]).reshaped([n, attended, x.height, x.width])
      return concat(map, x[channels: attended..<x.channels]).through("proj") {
        Activation.relu
        ConvNorm(x.channels)
      }
    }
  }
}
