public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let efficientViTM = Family(
    "EfficientViT (MSRA)", year: 2023,
    paper: "EfficientViT: Memory Efficient Vision Transformer with Cascaded Group Attention, Liu et al., CVPR 2023",
    url: "https://arxiv.org/abs/2305.07027", reference: "timm efficientvit_m0",
    licence: "Apache-2.0, after code under the MIT licence",
    idea: """
      One attention between perceptrons, since attention is slow for its memory traffic; its heads work on different \
      channels, each adding the last head's answer to its input.
      """,
    block: .init("efficientvit_m0", "stages.1.blocks.0.mixer"),
    models: EfficientViTM.variants.map { row in
      Model(timm: row.name, .square(224), top1: (row.top1, "r224_in1k"), classifier: "head.") {
        EfficientViTM(widths: row.widths, blocks: row.blocks, heads: row.heads, kernels: row.kernels, classes: $0)
      }
    })
}

/// EfficientViT: Memory Efficient Vision Transformer with Cascaded Group Attention.
///
/// Liu et al., CVPR 2023, https://arxiv.org/abs/2305.07027. Names: timm `efficientvit_m0`. Pixels attend within windows of
/// 7×7, in the last stage of 4×4: those of the reference at 224×224. Other maps are filled up to whole windows with zeros.
public struct EfficientViTM: Layer, Sendable {
  /// Of each stage, as all lists but the last.
  public var widths = [64, 128, 192]
  public var blocks = [1, 2, 3]
  public var heads = [4, 4, 4]
  /// Of the filters on the queries of each head.
  public var kernels = [5, 5, 5, 5]
  public var classes = 1000

  /// Table 1.
  static let variants: [(name: String, widths: [Int], blocks: [Int], heads: [Int], kernels: [Int], top1: Double)] = [
    ("efficientvit_m0", [64, 128, 192], [1, 2, 3], [4, 4, 4], [5, 5, 5, 5], 63.304),
    ("efficientvit_m1", [128, 144, 192], [1, 2, 3], [2, 3, 3], [7, 5, 3, 3], 68.340),
    ("efficientvit_m2", [128, 192, 224], [1, 2, 3], [4, 3, 2], [7, 5, 3, 3], 70.796),
    ("efficientvit_m3", [128, 240, 320], [1, 2, 3], [4, 3, 4], [5, 5, 5, 5], 73.394),
    ("efficientvit_m4", [128, 256, 384], [1, 2, 3], [4, 4, 4], [7, 5, 3, 3], 74.344),
    ("efficientvit_m5", [192, 288, 384], [1, 3, 4], [3, 3, 4], [7, 5, 3, 3], 77.092),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("patch_embed") { image in
      (0..<4).reduce(image) { x, i in
        x.scoped("conv\(i + 1)", ConvBN(widths[0] >> (3 - i), 3, stride: 2, i < 3 ? .relu : .none))
      }
    }
    for i in 0..<3 {
      x = x.scoped("stages.\(i)") { x in
        let input = i == 0 ? x : x.scoped("downsample", Subsampling(out: widths[i]))
        return (0..<blocks[i]).reduce(input) { x, b in x.scoped("blocks.\(b)") { block($0, i) } }
      }.asFeature()
    }
    let pooled = x.globalAveragePooled.flattened
    return classes == 0
      ? pooled : pooled.scoped("head") { $0.scoped("bn", BatchNorm()).scoped("linear", Linear(classes)) }
  }

  /// One attention between two perceptrons, a depthwise filter before each ("sandwich layout", figure 6b).
  func block(_ x: Tensor, _ stage: Int) -> Tensor {
    let attention = WindowAttention(side: [7, 7, 4][stage], heads: heads[stage], kernels: kernels)
    return x.filtered("dw0.m").mixed("ffn0.m").residual("mixer.m", attention).filtered("dw1.m").mixed("ffn1.m")
  }

  /// An inverted residual of stride 2 with squeeze-and-excitation between two perceptrons (figure 6a).
  struct Subsampling: Layer {
    let out: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let merged = x.filtered("res1.0.m").mixed("res1.1.m").scoped("patchmerge") { x in
        x.scoped("conv1", ConvBN(4 * x.channels, 1)).scoped("conv2", ConvBN(Depthwise(3, stride: 2)))
          .scoped("se", SqueezeExcite(0.25, reduce: "fc1", expand: "fc2")).scoped("conv3", ConvBN(out, 1, .none))
      }
      return merged.filtered("res2.0.m").mixed("res2.1.m")
    }
  }

  struct WindowAttention: Layer {
    let side: Int
    let heads: Int
    let kernels: [Int]

    func callAsFunction(_ x: Tensor) -> Tensor {
      let attention = CascadedGroupAttention(side: side, heads: heads, kernels: kernels)
      let (rows, columns) = ((x.height + side - 1) / side, (x.width + side - 1) / side)
      let (n, c) = (x.shape[0], x.channels)
      let filled = Pads(bottom: rows * side - x.height, right: columns * side - x.width)
      let whole = filled == .none ? x : x.padded(filled)
      if rows * columns == 1 { return whole.scoped("attn", attention).cut(x.height, x.width) }
      let windows = whole.reshaped([n, c, rows, side, columns, side]).transposed([0, 2, 4, 1, 3, 5])
        .reshaped([n * rows * columns, c, side, side])
      return windows.scoped("attn", attention).reshaped([n, rows, columns, c, side, side])
        .transposed([0, 3, 1, 4, 2, 5]).reshaped([n, c, rows * side, columns * side]).cut(x.height, x.width)
    }
  }

  /// Each head attends on its own part of the channels, to which the answer of the head before is added (figure 6c,
  /// equations 2 and 3). Queries and keys have 16 channels.
  struct CascadedGroupAttention: Layer {
    let side: Int
    let heads: Int
    let kernels: [Int]

    func callAsFunction(_ x: Tensor) -> Tensor {
      let (parts, pixels, size) = (x.split(heads), x.height * x.width, x.channels / heads)
      let biases = x.parameter("attention_biases", [heads, side * side])
        .relativePositions(side: side, rows: x.height, columns: x.width)
      let projection = ConvBN(32 + size, 1, .none)
      for i in 0..<heads { x.declare("qkvs.\(i)", channels: size, projection) }
      var answers: [Tensor] = []
      for i in 0..<heads {
        let input = i == 0 ? parts[0] : answers[i - 1] + parts[i]
        let qkv = input.scoped("qkvs.\(i)", projection)
        let q = qkv[channels: 0..<16].scoped("dws.\(i)", ConvBN(Depthwise(kernels[i]), .none))
        let k = qkv[channels: 16..<32].reshaped([x.shape[0], 16, pixels])
        let v = qkv[channels: 32..<32 + size].reshaped([x.shape[0], size, pixels])
        let scores = q.tokens.matrixProduct(k) * 0.25 + biases.apply(Slice(axis: 0, start: i, end: i + 1))
        let answer = v.matrixProduct(scores.softmax.transposed([0, 2, 1]))
        answers.append(answer.reshaped([x.shape[0], size, x.height, x.width]))
      }
      return concat(answers).relu.scoped("proj.1", ConvBN(x.channels, 1, .none))
    }
  }
}

extension Tensor {
  fileprivate func residual(_ name: String, _ layer: some Layer) -> Tensor { self + scoped(name, layer) }

  /// A depthwise filter beside a shortcut.
  fileprivate func filtered(_ name: String) -> Tensor { residual(name, ConvBN(Depthwise(3), .none)) }

  /// Two pointwise convolutions beside a shortcut.
  fileprivate func mixed(_ name: String) -> Tensor {
    self + scoped(name) { $0.scoped("pw1", ConvBN(2 * channels, 1)).scoped("pw2", ConvBN(channels, 1, .none)) }
  }

  /// The first rows and columns of a map.
  fileprivate func cut(_ rows: Int, _ columns: Int) -> Tensor {
    if (rows, columns) == (height, width) { return self }
    return apply(Slice(axis: 2, start: 0, end: rows)).apply(Slice(axis: 3, start: 0, end: columns))
  }
}
