public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let mobileViT = Family(
    "MobileViT", year: 2022,
    paper: "MobileViT: Light-weight, General-purpose, and Mobile-friendly Vision Transformer, Mehta and Rastegari, "
      + "ICLR 2022",
    url: "https://arxiv.org/abs/2110.02178", reference: "timm mobilevit_s",
    licence: "Apache-2.0, parts under Apple's ml-cvnets licence",
    idea: """
      A convolution looks near; then the map is unfolded into patches, and a transformer lets pixels at the same place \
      in all patches attend to each other; the result is folded back and joined with the input.
      """,
    block: .init("mobilevit_xxs", "stages.2.1"),
    models: MobileViT.variants.map { row in
      Model(
        row.name, Preprocessing(height: 256, width: 256, cropFraction: 0.9, mean: [0, 0, 0], std: [1, 1, 1]),
        top1: row.top1, top1Source: "timm results-imagenet.csv, cvnets_in1k", classifier: "head.fc."
      ) {
        MobileViT(
          channels: row.channels, tokens: row.tokens, expansion: row.expansion, last: row.last, classes: $0)
      }
    })
}

/// MobileViT: Light-weight, General-purpose, and Mobile-friendly Vision Transformer.
///
/// Mehta and Rastegari, ICLR 2022, https://arxiv.org/abs/2110.02178. Names: timm `mobilevit_s`.
public struct MobileViT: Layer {
  /// Of each stage.
  public var channels = [32, 64, 96, 128, 160]
  /// The size of a token in stages 3, 4 and 5, d in the paper.
  public var tokens = [144, 192, 240]
  /// Of the inverted residuals.
  public var expansion = 4
  /// Of the last convolution.
  public var last = 640
  public var classes = 1000

  /// Table 4.
  static let variants: [(name: String, channels: [Int], tokens: [Int], expansion: Int, last: Int, top1: Double)] = [
    ("mobilevit_xxs", [16, 24, 48, 64, 80], [64, 80, 96], 2, 320, 68.936),
    ("mobilevit_xs", [32, 48, 64, 80, 96], [96, 120, 144], 4, 384, 74.618),
    ("mobilevit_s", [32, 64, 96, 128, 160], [144, 192, 240], 4, 640, 78.298),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stem = image.scoped("stem", ConvBN(16, 3, stride: 2, .silu))
    let features = stem.through("stages") {
      Sequential { residual(channels[0], stride: 1) }.asFeature()
      Sequential {
        residual(channels[1], stride: 2)
        residual(channels[1], stride: 1)
        residual(channels[1], stride: 1)
      }.asFeature()
      for (i, depth) in [2, 4, 3].enumerated() {
        Sequential {
          residual(channels[i + 2], stride: 2)
          Block(size: tokens[i], depth: depth)
        }.asFeature()
      }
    }
    let final = features.scoped("final_conv", ConvBN(last, 1, .silu)).asFeature()
    return final.globalAveragePooled.flattened.scoped("head") { $0.classified("fc", classes) }
  }

  func residual(_ out: Int, stride: Int) -> InvertedResidual {
    InvertedResidual(out: out, stride: stride, expansion: expansion)
  }

  /// MobileNetV2's block with SiLU ("MV2" in figure 1b).
  struct InvertedResidual: Layer {
    let out: Int
    let stride: Int
    let expansion: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let y = x.scoped("conv1_1x1", ConvBN(roundedChannels(Double(x.channels * expansion)), 1, .silu))
        .scoped("conv2_kxk", ConvBN(Depthwise(3, stride: stride), .silu))
        .scoped("conv3_1x1", ConvBN(out, 1, .none))
      return x.shape == y.shape ? x + y : y
    }
  }

  /// A convolution for what is near, a transformer between patches for what is far, joined with the input (figure 1b).
  struct Block: Layer {
    let size: Int
    let depth: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let near = x.scoped("conv_kxk", ConvBN(x.channels, 3, .silu)).scoped("conv_1x1", Conv2D(size, 1))
      let far = throughPatches(near) { tokens in
        tokens.through("transformer") {
          for _ in 0..<depth { TransformerBlock(heads: 4, expansion: 2, epsilon: 1e-5, .silu) }
        }.scoped("norm", LayerNorm())
      }
      let projected = far.scoped("conv_proj", ConvBN(x.channels, 1, .silu))
      return concat(x, projected).scoped("conv_fusion", ConvBN(x.channels, 3, .silu))
    }

    /// `body` on the map as tokens `[4 · batch, patches, size]`: pixels in the same corner of all 2×2 patches see each other
    /// (equation 1). A map of odd size is stretched, and shrunk again.
    func throughPatches(_ x: Tensor, _ body: (Tensor) -> Tensor) -> Tensor {
      let (n, rows, columns) = (x.shape[0], (x.height + 1) / 2, (x.width + 1) / 2)
      let isEven = (2 * rows, 2 * columns) == (x.height, x.width)
      let even = isEven ? x : x.resized(2 * rows, 2 * columns)
      let unfolded = even.reshaped([n, size, rows, 2, columns, 2])
        .transposed([0, 3, 5, 2, 4, 1]).reshaped([4 * n, rows * columns, size])
      let folded = body(unfolded).reshaped([n, 2, 2, rows, columns, size])
        .transposed([0, 5, 3, 1, 4, 2]).reshaped([n, size, 2 * rows, 2 * columns])
      return isEven ? folded : folded.resized(x.height, x.width)
    }
  }
}
