public import SwiftletGraph

extension Family {
  public static let efficientNetV2 = Family(
    "EfficientNetV2", year: 2021, paper: "EfficientNetV2: Smaller Models and Faster Training, Tan and Le, ICML 2021",
    url: "https://arxiv.org/abs/2104.00298",
    reference: "timm efficientnetv2_*, tf_efficientnetv2_*, torchvision efficientnet_v2_*",
    licence: "Apache-2.0, BSD-3-Clause",
    idea: """
      In early stages Fused-MBConv, one 3×3 convolution in place of expansion and depthwise filter, is faster on \
      accelerators; searched for training speed, scaled more in later stages, trained on growing images.
      """,
    block: .init("tf_efficientnetv2_b0", "blocks.1.1"),
    dialects: [.torchvisionEfficientNet],
    models: [
      Model(timm: "efficientnetv2_s", .square(288, crop: 1)) { EfficientNetV2(.s, classes: $0) },
      Model(timm: "efficientnetv2_m", .square(320, crop: 1)) { EfficientNetV2(.m, classes: $0) },
      Model(timm: "efficientnetv2_l", .square(384, crop: 1)) { EfficientNetV2(.l, classes: $0) },
      Model(timm: "efficientnetv2_xl", .square(384, crop: 1)) { EfficientNetV2(.xl, classes: $0) },
      Model(timm: "efficientnetv2_rw_t", .square(224, crop: 1), top1: (81.370, "ra2_in1k")) {
        EfficientNetV2(.s, Scaling(width: 0.8, depth: 0.9), classes: $0)
      },
      Model(timm: "efficientnetv2_rw_s", .square(288, crop: 1), top1: (82.888, "ra2_in1k")) {
        EfficientNetV2(.rw, classes: $0)
      },
      Model(timm: "efficientnetv2_rw_m", .square(320, crop: 1), top1: (84.296, "agc_in1k")) {
        EfficientNetV2(.rw, Scaling(width: 1.2, depth: 1.2, 1.2, 1.2, 1.2, 1.6), classes: $0)
      },
      tensorFlow("b0", .square(192), (76.876, "in1k"), .base),
      tensorFlow("b1", .square(192, crop: 0.882), (77.934, "in1k"), .base, Scaling(depth: 1.1, limit: 0)),
      tensorFlow("b2", .square(208, crop: 0.890), (79.208, "in1k"), .base, Scaling(width: 1.1, depth: 1.2, limit: 0)),
      tensorFlow(
        "b3", .square(240, crop: 0.9, mode: .squash, half: true), (81.078, "in21k_ft_in1k"), .base,
        Scaling(width: 1.2, depth: 1.4, limit: 0)),
      tensorFlow("s", .square(300, crop: 1, half: true), (83.348, "in21k_ft_in1k"), .s),
      tensorFlow("m", .square(384, crop: 1, mode: .squash, half: true), (84.768, "in21k_ft_in1k"), .m),
      tensorFlow("l", .square(384, crop: 1, mode: .squash, half: true), (85.846, "in21k_ft_in1k"), .l),
      tensorFlow("xl", .square(384, crop: 1, mode: .squash, half: true), (85.562, "in21k_ft_in1k"), .xl),
      torchvision("s", .square(384, crop: 1, .bilinear), 84.228, .s, dropout: 0.2),
      torchvision("m", .square(480, crop: 1, .bilinear), 85.112, .m, dropout: 0.3),
      torchvision("l", .square(480, crop: 1, half: true), 85.808, .l, dropout: 0.4),
    ])

  private static func torchvision(
    _ name: String, _ preprocessing: Preprocessing, _ top1: Double, _ architecture: EfficientNetV2.Architecture,
    dropout: Double
  ) -> Model {
    Model(
      "torchvision.efficientnet_v2_\(name)", preprocessing, top1: top1,
      top1Source: "torchvision EfficientNet_V2_\(name.uppercased())_Weights.IMAGENET1K_V1", classifier: "classifier.1."
    ) {
      EfficientNetV2(architecture, style: Style(.silu, epsilon: 1e-3), dropout: dropout, classes: $0)
    }
    .written(in: .torchvisionEfficientNet)
  }

  private static func tensorFlow(
    _ name: String, _ preprocessing: Preprocessing, _ top1: (Double, String),
    _ architecture: EfficientNetV2.Architecture, _ scaling: Scaling = Scaling()
  ) -> Model {
    Model(timm: "tf_efficientnetv2_\(name)", preprocessing, top1: top1) {
      EfficientNetV2(architecture, scaling, style: .tensorFlow(.silu), classes: $0)
    }
  }
}

/// EfficientNetV2: Smaller Models and Faster Training.
///
/// Tan and Le, ICML 2021, https://arxiv.org/abs/2104.00298. Names: timm `efficientnetv2_*`.
public struct EfficientNetV2: Layer {
  /// The kinds of blocks; all filters are 3x3.
  enum Block {
    /// Fused-MBConv1: one convolution.
    case conv
    case fused
    /// With squeeze-and-excitation to a quarter of the block's input.
    case mbConv
  }
  typealias Line = (op: Block, t: Double, c: Int, n: Int, s: Int)

  var architecture: Architecture
  var scaling: Scaling
  var style: Style
  var dropout: Double
  var classes: Int

  /// - Parameter dropout: before the classifier.
  public init(
    _ architecture: Architecture, _ scaling: Scaling = Scaling(), style: Style = Style(.silu), dropout: Double = 0,
    classes: Int = 1000
  ) {
    (self.architecture, self.scaling, self.style) = (architecture, scaling, style)
    (self.dropout, self.classes) = (dropout, classes)
  }

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stages = architecture.table.map { line in [Repeated(line.n, stride: line.s) { block(line, stride: $0) }] }
    return StagedNetwork(
      stem: scaling.channels(architecture.stem), stages: scaling.blocks(stages),
      head: .convolution(scaling.channels(architecture.head)), style: style, dropout: dropout, classes: classes)(image)
  }

  private func block(_ line: Line, stride: Int) -> any Layer {
    let out = scaling.channels(line.c)
    return switch line.op {
    case .conv: ConvBlock(out, kernel: 3, stride: stride, style: style, shortcut: true)
    case .fused: FusedInvertedResidual(out, kernel: 3, stride: stride, expansion: line.t, style: style)
    case .mbConv:
      InvertedResidual(
        out, kernel: 3, stride: stride, expansion: line.t, squeeze: SqueezeExcite(0.25 / line.t, style.activation),
        style: style)
    }
  }
}
