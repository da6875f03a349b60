public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let mobileViTV2 = Family(
    "MobileViT V2", year: 2023,
    paper: "Separable Self-attention for Mobile Vision Transformers, Mehta and Rastegari, TMLR 2023",
    url: "https://arxiv.org/abs/2206.02680", reference: "timm mobilevitv2_100",
    licence: "Apache-2.0, parts under Apple's ml-cvnets licence",
    idea: """
      Separable attention: every token is scored against one learned latent token, the weighted sum of all is one \
      context vector, and it scales every token. Linear in the tokens; what attends is multiplied element by element.
      """,
    block: .init("mobilevitv2_050", "stages.2.1.transformer.0"),
    models: MobileViTV2.table.map { row in
      Model(
        timm: row.name,
        Preprocessing(height: 256, width: 256, cropFraction: 0.888, mean: [0, 0, 0], std: [1, 1, 1]),
        top1: (row.top1, "cvnets_in1k"), classifier: "head.fc."
      ) { MobileViTV2(width: row.width, classes: $0) }
    })
}

/// MobileViT V2: Separable Self-attention for Mobile Vision Transformers.
///
/// Mehta and Rastegari, TMLR 2023, https://arxiv.org/abs/2206.02680. Names: timm `mobilevitv2_100`.
public struct MobileViTV2: Layer {
  /// All numbers of channels are multiplied by it.
  public var width = 1.0
  public var classes = 1000

  static let table: [(name: String, width: Double, top1: Double)] = [
    ("mobilevitv2_050", 0.5, 70.156),
    ("mobilevitv2_075", 0.75, 75.612),
    ("mobilevitv2_100", 1, 78.088),
    ("mobilevitv2_125", 1.25, 79.682),
    ("mobilevitv2_150", 1.5, 80.380),
    ("mobilevitv2_175", 1.75, 80.870),
    ("mobilevitv2_200", 2, 81.148),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stem = image.scoped("stem", ConvBN(scaled(32), 3, stride: 2, .silu))
    let features = stem.through("stages") {
      Sequential { residual(64, stride: 1) }.asFeature()
      Sequential {
        residual(128, stride: 2)
        residual(128, stride: 1)
      }.asFeature()
      for (channels, depth) in [(256, 2), (384, 4), (512, 3)] {
        Sequential {
          residual(channels, stride: 2)
          Block(depth: depth)
        }.asFeature()
      }
    }
    return features.globalAveragePooled.flattened.scoped("head") { $0.classified("fc", classes) }
  }

  func scaled(_ channels: Int) -> Int { Int(Double(channels) * width) }

  func residual(_ channels: Int, stride: Int) -> any Layer {
    MobileViT.InvertedResidual(out: scaled(channels), stride: stride, expansion: 2)
  }

  /// A filter for what is near, separable attention between patches for what is far (figure 2 of the first version,
  /// without its fusion).
  struct Block: Layer {
    let depth: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let (rows, columns) = ((x.height + 1) / 2, (x.width + 1) / 2)
      let isEven = (2 * rows, 2 * columns) == (x.height, x.width)
      let even = isEven ? x : x.resized(2 * rows, 2 * columns, .linear, .alignCorners)
      let near = even.scoped("conv_kxk", ConvBN(Depthwise(3), .silu))
        .scoped("conv_1x1", Conv2D(roundedChannels(Double(x.channels) / 2), 1))
      let (n, size) = (near.shape[0], near.channels)
      let patches = near.reshaped([n, size, rows, 2, columns, 2])
        .transposed([0, 1, 3, 5, 2, 4]).reshaped([n, size, 4, rows * columns])
      let far = patches.through("transformer") {
        for _ in 0..<depth { TransformerBlock() }
      }.scoped("norm", GroupNorm(1))
      return far.reshaped([n, size, 2, 2, rows, columns])
        .transposed([0, 1, 4, 2, 5, 3]).reshaped([n, size, 2 * rows, 2 * columns])
        .scoped("conv_proj", ConvBN(x.channels, 1, .none))
    }
  }

  /// On `[batch, size, pixels of a patch, patches]`.
  struct TransformerBlock: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let mixed = x + x.scoped("norm1", GroupNorm(1)).scoped("attn", SeparableAttention())
      let perceptron = mixed.scoped("norm2", GroupNorm(1)).scoped("mlp") {
        $0.scoped("fc1", Conv2D(2 * x.channels, 1, bias: true)).silu
          .scoped("fc2", Conv2D(x.channels, 1, bias: true))
      }
      return mixed + perceptron
    }
  }

  /// One score for each token; the tokens' keys, weighed by these, make the context that all values are multiplied with
  /// (figure 3c).
  struct SeparableAttention: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let size = x.channels
      let qkv = x.scoped("qkv_proj", Conv2D(1 + 2 * size, 1, bias: true))
      let scores = qkv[channels: 0..<1].softmax
      let context = (qkv[channels: 1..<size + 1] * scores).apply(ReduceSum(axes: [3]))
      return (qkv[channels: size + 1..<2 * size + 1].relu * context).scoped("out_proj", Conv2D(size, 1, bias: true))
    }
  }
}
