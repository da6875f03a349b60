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
