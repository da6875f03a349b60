public import SwiftletGraph

extension Family {
  public static let efficientNetEdgeTPU = Family(
    "EfficientNet-EdgeTPU", year: 2019,
    paper: "EfficientNet-EdgeTPU: Creating Accelerator-Optimized Neural Networks with AutoML, Gupta and Tan, "
      + "Google AI blog, 2019",
    url: "https://research.google/blog/efficientnet-edgetpu-creating-accelerator-optimized-neural-networks-with-automl",
    reference: "timm efficientnet_e*, tf_efficientnet_e*", licence: "Apache-2.0",
    idea: """
      EfficientNet searched for a matrix accelerator: early blocks replace expansion and depthwise filter by one full \
      3×3 convolution, which such hardware runs faster, and there is neither squeeze-and-excitation nor SiLU.
      """,
    block: .init("efficientnet_es", "blocks.1.1"),
    models: [
      Model(timm: "efficientnet_es", top1: (78.100, "ra_in1k")) { EfficientNetEdgeTPU(classes: $0) },
      Model(timm: "efficientnet_es_pruned", top1: (75.010, "in1k")) { EfficientNetEdgeTPU(classes: $0) },
      Model(timm: "efficientnet_em", .square(240, crop: 0.882), top1: (79.256, "ra2_in1k")) {
        EfficientNetEdgeTPU(EfficientNetEdgeTPU.medium, classes: $0)
      },
      Model(timm: "efficientnet_el", .square(300, crop: 0.904), top1: (81.308, "ra_in1k")) {
        EfficientNetEdgeTPU(EfficientNetEdgeTPU.large, classes: $0)
      },
      Model(timm: "efficientnet_el_pruned", .square(300, crop: 0.904), top1: (80.284, "in1k")) {
        EfficientNetEdgeTPU(EfficientNetEdgeTPU.large, classes: $0)
      },
      Model(timm: "tf_efficientnet_es", .square(224, half: true), top1: (76.608, "in1k")) {
        EfficientNetEdgeTPU(style: .tensorFlow(.relu), classes: $0)
      },
      Model(timm: "tf_efficientnet_em", .square(240, crop: 0.882, half: true), top1: (78.128, "in1k")) {
        EfficientNetEdgeTPU(EfficientNetEdgeTPU.medium, style: .tensorFlow(.relu), classes: $0)
      },
      Model(timm: "tf_efficientnet_el", .square(300, crop: 0.904, half: true), top1: (80.246, "in1k")) {
        EfficientNetEdgeTPU(EfficientNetEdgeTPU.large, style: .tensorFlow(.relu), classes: $0)
      },
    ])
}

/// EfficientNet for Edge TPUs: fused inverted residuals early, ReLU, no squeeze-and-excitation.
///
/// https://github.com/tensorflow/tpu, models/official/efficientnet/edgetpu. Names: timm `efficientnet_e*`. Pruned weights
/// are those of the same networks with many zeros.
public struct EfficientNetEdgeTPU: Layer {
  static let medium = Scaling(depth: 1.1)
  static let large = Scaling(width: 1.2, depth: 1.4)

  var scaling: Scaling
  var style: Style
  var classes: Int

  public init(_ scaling: Scaling = Scaling(), style: Style = Style(.relu), classes: Int = 1000) {
    (self.scaling, self.style, self.classes) = (scaling, style, classes)
  }

  /// Whether the expansion and the filter are one, kernel k, expansion t, channels c, repeats n, stride s of the first.
  static let table: [(fused: Bool, k: Int, t: Double, c: Int, n: Int, s: Int)] = [
    (fused: true, k: 3, t: 8, c: 32, n: 2, s: 2),
    (fused: true, k: 3, t: 8, c: 48, n: 4, s: 2),
    (fused: false, k: 5, t: 8, c: 96, n: 5, s: 2),
    (fused: false, k: 5, t: 8, c: 144, n: 4, s: 1),
    (fused: false, k: 5, t: 8, c: 192, n: 2, s: 2),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let first = [Repeated(1) { _ in FirstBlock(out: scaling.channels(24), style: style) }]
    let stages = Self.table.map { line in [Repeated(line.n, stride: line.s) { block(line, stride: $0) }] }
    return StagedNetwork(
      stem: scaling.channels(32), stages: scaling.blocks([first] + stages), head: .convolution(scaling.channels(1280)),
      style: style, classes: classes)(image)
  }

  private func block(_ line: (fused: Bool, k: Int, t: Double, c: Int, n: Int, s: Int), stride: Int) -> any Layer {
    let out = scaling.channels(line.c)
    if line.fused {
      return FusedInvertedResidual(out, kernel: line.k, stride: stride, expansion: line.t, style: style)
    }
    return InvertedResidual(out, kernel: line.k, stride: stride, expansion: line.t, style: style)
  }

  /// Expands to four times its output whatever its input has, without a shortcut.
  struct FirstBlock: Layer {
    let out: Int
    let style: Style

    func callAsFunction(_ x: Tensor) -> Tensor {
      let wide = x.scoped("conv_exp", style.conv(4 * out, 3)).scoped("bn1", style.normActivation)
      return wide.scoped("conv_pwl", style.conv(out, 1)).scoped("bn2", style.norm)
    }
  }
}
