public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let efficientFormerV2 = Family(
    "EfficientFormer V2", year: 2023,
    paper: "Rethinking Vision Transformers for MobileNet Size and Speed, Li et al., ICCV 2023",
    url: "https://arxiv.org/abs/2212.08059", reference: "timm efficientformerv2_s0",
    licence: "Apache-2.0, after code under the MIT licence",
    idea: """
      A searched mix of convolutional blocks (a perceptron with a depthwise filter in it) and, on small maps, \
      attention with a depthwise way for the values and mixing between heads.
      """,
    block: .init("efficientformerv2_s0", "stages.2.blocks.4.token_mixer"),
    models: EfficientFormerV2.variants.map { row in
      Model(timm: row.name, .square(224, crop: 0.95), top1: (row.top1, "snap_dist_in1k"), classifier: "head") {
        var network = row.network
        network.classes = $0
        return network
      }
    })
}

/// EfficientFormer V2: Rethinking Vision Transformers for MobileNet Size and Speed.
///
/// Li et al., ICCV 2023, https://arxiv.org/abs/2212.08059. Names: timm `efficientformerv2_s0`. Relative positions are
/// learned for 224×224 pixels and interpolated for other inputs.
public struct EfficientFormerV2: Layer, Sendable {
  /// Of each stage.
  public var widths = [32, 48, 96, 176]
  /// The expansion of each block's perceptron, for each stage.
  public var expansions = [[4, 4], [4, 4], [4, 3, 3, 3, 4, 4], [4, 3, 3, 4]]
  /// Blocks with attention at the end of the last two stages.
  public var attending = 2
  public var classes = 1000

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("stem") {
      $0.normed("conv1", Conv2D(widths[0] / 2, 3, stride: 2, bias: true), .gelu)
        .normed("conv2", Conv2D(widths[0], 3, stride: 2, bias: true), .gelu)
    }
    for i in 0..<4 { x = x.scoped("stages.\(i)") { stage($0, i) }.asFeature() }
    let pooled = x.scoped("norm", BatchNorm()).globalAveragePooled.flattened
    return (pooled.classified("head", classes) + pooled.classified("head_dist", classes)) * 0.5
  }

  func stage(_ x: Tensor, _ i: Int) -> Tensor {
    var y = x
    if i > 0 {
      y = x.scoped("downsample") {
        let convolved = $0.normed("conv", Conv2D(widths[i], 3, stride: 2, bias: true))
        return i == 3 ? $0.scoped("attn", Downsampling(out: widths[3])) + convolved : convolved
      }
    }
    for (b, expansion) in expansions[i].enumerated() {
      let attends = i >= 2 && b >= expansions[i].count - attending
      y = y.scoped("blocks.\(b)") { x in
        let mixed = attends ? x + x.scoped("token_mixer", Attention2D(halved: i == 2)).scoped("ls1", LayerScale()) : x
        return mixed + mixed.scoped("mlp", FeedForward(expansion: expansion)).scoped("ls2", LayerScale())
      }
    }
    return y
  }

  /// A perceptron with a depthwise filter in its middle.
  struct FeedForward: Layer {
    let expansion: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      x.normed("fc1", Conv2D(x.channels * expansion, 1, bias: true), .gelu).normed(
        "mid", Depthwise(3, bias: true), .gelu
      )
      .normed("fc2", Conv2D(x.channels, 1, bias: true))
    }
  }

  /// Attention of 8 heads on a map, or on half of it and stretched back, with a depthwise filter on the values and talking
  /// heads (§3.2, §3.3).
  struct Attention2D: Layer {
    let halved: Bool

    func callAsFunction(_ input: Tensor) -> Tensor {
      let table = input.parameter("attention_biases", [8, 49])
      let x = halved ? input.normed("stride_conv", Depthwise(3, stride: 2, bias: true)) : input
      let (q, k) = (x.normed("q", Conv2D(256, 1, bias: true)), x.normed("k", Conv2D(256, 1, bias: true)))
      let v = x.normed("v", Conv2D(1024, 1, bias: true))
      let near = v.normed("v_local", Depthwise(3, bias: true))
      let scores = q.heads.transposed([0, 1, 3, 2]).matrixProduct(k.heads) * (1 / Float(32).squareRoot())
      let weights = (scores + table.relativePositions(side: 7, rows: x.height, columns: x.width))
        .scoped("talking_head1", Conv2D(8, 1, bias: true)).softmax.scoped("talking_head2", Conv2D(8, 1, bias: true))
      let mixed = v.heads.matrixProduct(weights.transposed([0, 1, 3, 2])).reshaped(v.shape) + near
      let stretched = halved ? mixed.resized(input.height, input.width) : mixed
      return stretched.gelu.normed("proj", Conv2D(input.channels, 1, bias: true))
    }
  }

  /// Attention of 8 heads whose queries are every second pixel of each axis, filtered and plain ("dual-path attention
  /// downsampling").
  struct Downsampling: Layer {
    let out: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let table = x.parameter("attention_biases", [8, 196])
      let q = x.scoped("q") {
        ($0.scoped("local", Depthwise(3, stride: 2, bias: true)) + AveragePool2D(1, stride: 2)($0))
          .normed("proj", Conv2D(128, 1, bias: true))
      }
      let (k, v) = (x.normed("k", Conv2D(128, 1, bias: true)), x.normed("v", Conv2D(512, 1, bias: true)))
      let near = v.normed("v_local", Depthwise(3, stride: 2, bias: true))
      let scores = q.heads.transposed([0, 1, 3, 2]).matrixProduct(k.heads) * 0.25
      let weights = (scores + table.relativePositions(side: 14, rows: x.height, columns: x.width, stride: 2)).softmax
      let mixed = v.heads.matrixProduct(weights.transposed([0, 1, 3, 2])).reshaped(near.shape) + near
      return mixed.gelu.normed("proj", Conv2D(out, 1, bias: true))
    }
  }
}

extension Tensor {
  /// A map as `[batch, 8 heads, size, pixels]`.
  fileprivate var heads: Tensor { reshaped([shape[0], 8, channels / 8, height * width]) }

  fileprivate func normed(_ name: String, _ convolution: Conv2D, _ activation: Activation = .none) -> Tensor {
    scoped(name, ConvBN(convolution, activation))
  }
}
