public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let mobileNetV4 = Family(
    "MobileNetV4", year: 2024,
    paper: "MobileNetV4: Universal Models for the Mobile Ecosystem, Qin et al., ECCV 2024",
    url: "https://arxiv.org/abs/2404.10518", reference: "timm mobilenetv4_*", licence: "Apache-2.0",
    idea: """
      The universal inverted bottleneck: an expansion with an optional depthwise filter before and one behind it, \
      which covers MobileNetV2's block, ConvNeXt's, a perceptron and one more. The hybrids attend with keys and values \
      that all heads share.
      """,
    block: .init("mobilenetv4_conv_small", "blocks.3.1"),
    models: [
      Model(timm: "mobilenetv4_conv_small_035", .square(224, half: true)) {
        MobileNetV4(.convSmall, width: 0.35, classes: $0)
      },
      Model(timm: "mobilenetv4_conv_small_050", .square(224, half: true), top1: (64.778, "e3000_r224_in1k")) {
        MobileNetV4(.convSmall, width: 0.5, classes: $0)
      },
      Model(timm: "mobilenetv4_conv_small", top1: (73.756, "e2400_r224_in1k")) {
        MobileNetV4(.convSmall, classes: $0)
      },
      Model(timm: "mobilenetv4_conv_medium", .square(256, crop: 0.95), top1: (79.916, "e500_r256_in1k")) {
        MobileNetV4(.convMedium, classes: $0)
      },
      Model(timm: "mobilenetv4_conv_large", .square(384, crop: 0.95), top1: (82.974, "e600_r384_in1k")) {
        MobileNetV4(.convLarge, classes: $0)
      },
      Model(timm: "mobilenetv4_conv_aa_medium", .square(256, crop: 0.95)) {
        MobileNetV4(.convMedium, subsampling: .mean, classes: $0)
      },
      Model(timm: "mobilenetv4_conv_blur_medium", .square(224, crop: 0.95), top1: (79.446, "e500_r224_in1k")) {
        MobileNetV4(.convMedium, subsampling: .blur, classes: $0)
      },
      Model(
        timm: "mobilenetv4_conv_aa_large", .square(448, crop: 0.95), top1: (84.668, "e230_r448_in12k_ft_in1k")
      ) { MobileNetV4(.convLarge, subsampling: .mean, classes: $0) },
      Model(timm: "mobilenetv4_hybrid_medium_075", .square(224, crop: 0.95)) {
        MobileNetV4(.hybridMedium, width: 0.75, classes: $0)
      },
      Model(
        timm: "mobilenetv4_hybrid_medium", .square(256, crop: 0.95), top1: (82.360, "e200_r256_in12k_ft_in1k")
      ) { MobileNetV4(.hybridMedium, classes: $0) },
      Model(timm: "mobilenetv4_hybrid_large_075", .square(256, crop: 0.95)) {
        MobileNetV4(.hybridLarge, width: 0.75, classes: $0)
      },
      Model(timm: "mobilenetv4_hybrid_large", .square(384, crop: 0.95), top1: (83.996, "ix_e600_r384_in1k")) {
        MobileNetV4(.hybridLarge, classes: $0)
      },
    ])
}

/// MobileNetV4: Universal Models for the Mobile Ecosystem.
///
/// Qin et al., ECCV 2024, https://arxiv.org/abs/2404.10518. Names: timm `mobilenetv4_*`.
public struct MobileNetV4: Layer {
  var architecture: Architecture
  var width: Double
  var subsampling: Subsampling
  var classes: Int

  public init(
    _ architecture: Architecture, width: Double = 1, subsampling: Subsampling = .stride, classes: Int = 1000
  ) {
    (self.architecture, self.width) = (architecture, width)
    (self.subsampling, self.classes) = (subsampling, classes)
  }

  /// Widths below 1 leave the stem as it is.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    let style = Style(architecture.activation)
    let stages = architecture.stages.map { stage in
      let blocks = stage.blocks.flatMap { n, block in Array(repeating: block, count: n) }
      return blocks.enumerated().map { layer($1, channels: stage.c, stride: $0 == 0 ? 2 : 1, style) }
    }
    let last = ConvBlock(channels(960), kernel: 1, stride: 1, style: style)
    return StagedNetwork(
      stem: architecture.stem, stages: stages + [[last]], head: .normalized(1280), style: style, classes: classes)(
        image)
  }

  private func channels(_ count: Int) -> Int { roundedChannels(Double(count) * width) }

  private func layer(_ block: Block, channels c: Int, stride: Int, _ style: Style) -> any Layer {
    let scale = architecture.scalesLayers ? LayerScale() : nil
    switch block {
    case .conv(let k, let c):
      return ConvBlock(channels(c), kernel: k, stride: stride, style: style)
    case .fused(let t):
      return FusedInvertedResidual(
        channels(c), kernel: 3, stride: stride, expansion: t, style: style, subsampling: subsampling)
    case .universal(let start, let middle, let t):
      return UniversalInvertedBottleneck(
        out: channels(c), start: start, middle: middle, stride: stride, expansion: t, scale: scale, style: style,
        subsampling: subsampling)
    case .attention(let heads, let size, let stride):
      return MobileAttention(
        attention: MultiQueryAttention(heads: heads, size: size, stride: stride), scale: scale, style: style)
    }
  }
}

/// The universal inverted bottleneck, UIB: an inverted residual with two optional depthwise filters (figure 4).
///
/// Names: timm's `dw_start`, `pw_exp`, `dw_mid`, `pw_proj`, `layer_scale`.
struct UniversalInvertedBottleneck: Layer {
  let out: Int
  /// The kernels before the expansion and behind it; 0 for none. The later one strides.
  let start: Int
  let middle: Int
  let stride: Int
  let expansion: Double
  let scale: LayerScale?
  let style: Style
  let subsampling: Subsampling

  func callAsFunction(_ x: Tensor) -> Tensor {
    var y = x
    if start > 0 { y = filtered(y, "dw_start", start, stride: middle > 0 ? 1 : stride, .none) }
    let expanded = roundedChannels(Double(x.channels) * expansion)
    y = y.scoped("pw_exp", ConvBN(expanded, 1, style.activation))
    if middle > 0 { y = filtered(y, "dw_mid", middle, stride: stride, style.activation) }
    y = y.scoped("pw_proj", ConvBN(out, 1, .none))
    if let scale { y = y.scoped("layer_scale", scale) }
    return stride == 1 && x.channels == out ? y + x : y
  }

  private func filtered(_ x: Tensor, _ name: String, _ kernel: Int, stride: Int, _ activation: Activation) -> Tensor {
    let filter = Depthwise(kernel, stride: subsampling.filterStride(stride))
    return subsampling.pooled(x.scoped(name, ConvBN(filter, activation)), stride)
  }
}

/// Attention behind a normalisation and beside a shortcut. Names: timm's `norm`, `attn`, `layer_scale`.
struct MobileAttention: Layer {
  let attention: MultiQueryAttention
  let scale: LayerScale?
  let style: Style

  func callAsFunction(_ x: Tensor) -> Tensor {
    let y = x.scoped("norm", style.norm).scoped("attn", attention)
    return x + (scale.map { y.scoped("layer_scale", $0) } ?? y)
  }
}

/// Mobile MQA: all heads ask the same keys and values, which may be taken from a smaller map.
///
/// Names: timm's `query`, `key`, `value`, `output`, each with `proj`, and with `down_conv` and `norm` where it shrinks.
struct MultiQueryAttention: Layer {
  let heads: Int
  /// Of a key and of a value.
  let size: Int
  /// Of the map of keys and values.
  let stride: Int

  func callAsFunction(_ x: Tensor) -> Tensor {
    let (n, pixels) = (x.shape[0], x.height * x.width)
    let queries = x.scoped("query") { $0.scoped("proj", Conv2D(heads * size, 1)) }
      .reshaped([n, heads, size, pixels]).transposed([0, 1, 3, 2]).reshaped([n, heads * pixels, size])
    let keys = x.scoped("key", shared)
    let values = x.scoped("value", shared)
    let answers = queries.apply(Attention(heads: 1, scale: 1 / Float(size).squareRoot()), keys, values)
    let map = answers.reshaped([n, heads, pixels, size]).transposed([0, 1, 3, 2])
      .reshaped([n, heads * size, x.height, x.width])
    return map.scoped("output") { $0.scoped("proj", Conv2D(x.channels, 1)) }
  }

  /// Keys or values `[batch, tokens, size]`.
  private func shared(_ x: Tensor) -> Tensor {
    var y = x
    if stride > 1 { y = y.scoped("down_conv", Depthwise(3, stride: stride)).scoped("norm", BatchNorm()) }
    y = y.scoped("proj", Conv2D(size, 1))
    return y.reshaped([y.shape[0], size, y.height * y.width]).transposed([0, 2, 1])
  }
}
