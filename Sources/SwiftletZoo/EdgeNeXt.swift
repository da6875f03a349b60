public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let edgeNeXt = Family(
    "EdgeNeXt", year: 2022,
    paper: "EdgeNeXt: Efficiently Amalgamated CNN-Transformer Architecture for Mobile Vision Applications, "
      + "Maaz et al., ECCV workshops 2022",
    url: "https://arxiv.org/abs/2206.10589", reference: "timm edgenext_small",
    licence: "Apache-2.0, after code under the MIT licence",
    idea: """
      Split depthwise transposed attention: the channels are split and filtered one after the other, each adding what \
      the last one found; then channels, not pixels, attend to each other, at a cost linear in the pixels.
      """,
    block: .init("edgenext_xx_small", "stages.1.blocks.1"),
    dialects: [ConvNeXt.authors],
    models: EdgeNeXt.variants.map { row in
      Model(
        timm: row.name, .square(256, crop: row.crop), top1: (row.top1, row.weights), classifier: "head.fc."
      ) { classes in
        var network = row.network
        network.classes = classes
        return network
      }
    })
}

/// EdgeNeXt: Efficiently Amalgamated CNN-Transformer Architecture for Mobile Vision Applications.
///
/// Maaz et al., ECCV workshops 2022, https://arxiv.org/abs/2206.10589. Names: timm `edgenext_small`.
public struct EdgeNeXt: Layer, Sendable {
  /// Of each stage, as all lists here.
  public var widths = [48, 96, 160, 304]
  public var blocks = [3, 3, 9, 3]
  public var heads = 8
  /// Overlapping filters in the stem and where the map shrinks, without biases; patches otherwise.
  public var overlapping = false
  public var classes = 1000

  /// Table 1; `small_rw` is timm's.
  static let variants: [(name: String, network: EdgeNeXt, crop: Double, top1: Double, weights: String)] = [
    ("edgenext_xx_small", EdgeNeXt(widths: [24, 48, 88, 168], blocks: [2, 2, 6, 2], heads: 4), 0.9, 71.132, "in1k"),
    ("edgenext_x_small", EdgeNeXt(widths: [32, 64, 100, 192], heads: 4), 0.9, 74.874, "in1k"),
    ("edgenext_small", EdgeNeXt(), 0.95, 81.068, "usi_in1k"),
    ("edgenext_base", EdgeNeXt(widths: [80, 160, 288, 584]), 0.95, 83.684, "usi_in1k"),
    ("edgenext_small_rw", EdgeNeXt(widths: [48, 96, 192, 384], overlapping: true), 0.9, 79.596, "sw_in1k"),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stem = image.through("stem") {
      if overlapping { Conv2D(widths[0], 9, stride: 4) } else { patches(widths[0], 4) }
      LayerNorm2D()
    }
    let features = stem.through("stages") {
      for i in 0..<4 { Stage(network: self, index: i).asFeature() }
    }
    return features.globalAveragePooled.flattened.scoped("head") {
      $0.scoped("norm", LayerNorm(epsilon: 1e-6)).classified("fc", classes)
    }
  }

  func patches(_ out: Int, _ size: Int) -> Conv2D { Conv2D(out, size, stride: size, padding: .valid, bias: true) }

  /// Convolutional encoders, and at the end of all stages but the first one that attends (figure 2).
  struct Stage: Layer {
    let network: EdgeNeXt
    let index: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let (out, kernel, scales) = (network.widths[index], [3, 5, 7, 9][index], [2, 2, 3, 4][index])
      let strides = index > 0
      let entry =
        strides && !network.overlapping
        ? x.through("downsample") {
          LayerNorm2D()
          network.patches(out, 2)
        } : x
      let convolutions = network.blocks[index] - (strides ? 1 : 0)
      return entry.through("blocks") {
        for i in 0..<convolutions {
          Encoder(
            out: out, kernel: kernel, stride: strides && network.overlapping && i == 0 ? 2 : 1,
            bias: !network.overlapping)
        }
        if strides {
          SplitAttention(scales: scales, heads: network.heads, positions: index == 1, bias: !network.overlapping)
        }
      }
    }
  }

  /// A depthwise filter, then a perceptron on each pixel ("Conv. Encoder", equation 1).
  struct Encoder: Layer {
    let out: Int
    let kernel: Int
    let stride: Int
    let bias: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      let gamma = x.parameter("gamma", [out])
      let y = x.scoped("conv_dw", Conv2D(out, kernel, stride: stride, groups: x.channels, bias: bias))
      let mixed = y.tokens.scoped("norm", LayerNorm(epsilon: 1e-6)).scoped("mlp", Perceptron(4 * out)) * gamma
      return mixed.map(y.height, y.width) + (x.shape == y.shape ? x : y)
    }
  }

  /// Split depthwise transpose attention: each part of the channels is filtered after the part before it is added, then
  /// channels attend to channels ("SDTA Encoder", equations 2 to 4).
  struct SplitAttention: Layer {
    let scales: Int
    let heads: Int
    /// Whether places are encoded.
    let positions: Bool
    let bias: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      let outer = x.parameter("gamma_xca", [x.channels])
      let gamma = x.parameter("gamma", [x.channels])
      var tokens = filtered(x).tokens
      if positions { tokens = tokens + x.scoped("pos_embd", FourierPositions(height: x.height, width: x.width)).tokens }
      let normalized = tokens.scoped("norm_xca", LayerNorm(epsilon: 1e-6))
      tokens = tokens + normalized.scoped("xca", CrossCovarianceAttention(heads: heads)) * outer
      let mixed = tokens.scoped("norm", LayerNorm(epsilon: 1e-6)).scoped("mlp", Perceptron(4 * x.channels)) * gamma
      return x + mixed.map(x.height, x.width)
    }

    func filtered(_ x: Tensor) -> Tensor {
      let width = (x.channels + scales - 1) / scales
      func part(_ i: Int) -> Tensor { x[channels: i * width..<min((i + 1) * width, x.channels)] }
      var parts: [Tensor] = []
      for i in 0..<scales - 1 {
        let sum = i == 0 ? part(0) : parts[i - 1] + part(i)
        parts.append(sum.scoped("convs.\(i)", Depthwise(3, bias: bias)))
      }
      return concat(parts + [part(scales - 1)])
    }
  }
}
