public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let efficientNet = Family(
    "EfficientNet", year: 2019,
    paper: "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, Tan and Le, ICML 2019",
    url: "https://arxiv.org/abs/1905.11946",
    reference: "timm efficientnet_b*, tf_efficientnet_b*, torchvision efficientnet_b*",
    licence: "Apache-2.0, BSD-3-Clause",
    idea: """
      One coefficient scales depth, width and resolution together, in proportions found once on a small network: B0, a \
      searched network of inverted residuals with squeeze-and-excitation and SiLU.
      """,
    block: .init("efficientnet_b0", "blocks.1.1"),
    dialects: [.torchvisionEfficientNet, EfficientNet.lukemelas],
    models: [
      b(0, .square(224), (77.698, "ra_in1k")),
      b(1, .square(240, crop: 0.9, half: true), (80.404, "ra4_e3600_r240_in1k")),
      b(2, .square(256), (79.324, "ra_in1k")),
      b(3, .square(288), (81.472, "ra2_in1k")),
      b(4, .square(320), (82.658, "ra2_in1k")),
      b(5, .square(448, crop: 1, mode: .squash), (85.894, "sw_in12k_ft_in1k")),
      b(6, .square(528, crop: 0.942), nil),
      b(7, .square(600, crop: 0.949), nil),
      b(8, .square(672, crop: 0.954), nil),
      tensorFlow(0, .square(224), (78.680, "ns_jft_in1k")),
      tensorFlow(1, .square(240, crop: 0.882), (81.388, "ns_jft_in1k")),
      tensorFlow(2, .square(260, crop: 0.890), (82.412, "ns_jft_in1k")),
      tensorFlow(3, .square(300, crop: 0.904), (84.054, "ns_jft_in1k")),
      tensorFlow(4, .square(380, crop: 0.922), (85.156, "ns_jft_in1k")),
      tensorFlow(5, .square(456, crop: 0.934), (86.096, "ns_jft_in1k")),
      tensorFlow(6, .square(528, crop: 0.942), (86.476, "ns_jft_in1k")),
      tensorFlow(7, .square(600, crop: 0.949), (86.850, "ns_jft_in1k")),
      tensorFlow(8, .square(672, crop: 0.954, half: true), (85.358, "ap_in1k")),
      torchvision(0, .square(224, crop: 224.0 / 256), 77.692),
      torchvision(1, .square(240, crop: 240.0 / 256), 78.642),
      torchvision(2, .square(288, crop: 1), 80.608),
      torchvision(3, .square(300, crop: 300.0 / 320), 82.008),
      torchvision(4, .square(380, crop: 380.0 / 384), 83.384),
      torchvision(5, .square(456, crop: 1), 83.444, epsilon: 1e-3),
      torchvision(6, .square(528, crop: 1), 84.008, epsilon: 1e-3),
      torchvision(7, .square(600, crop: 1), 84.122, epsilon: 1e-3),
    ])

  private static func b(_ i: Int, _ preprocessing: Preprocessing, _ top1: (Double, String)?) -> Model {
    Model(timm: "efficientnet_b\(i)", preprocessing, top1: top1) { EfficientNet(EfficientNet.b[i], classes: $0) }
  }

  private static func tensorFlow(_ i: Int, _ preprocessing: Preprocessing, _ top1: (Double, String)) -> Model {
    Model(timm: "tf_efficientnet_b\(i)", preprocessing, top1: top1) {
      EfficientNet(EfficientNet.b[i], style: .tensorFlow(.silu), classes: $0)
    }
  }

  private static func torchvision(
    _ i: Int, _ preprocessing: Preprocessing, _ top1: Double, epsilon: Float = 1e-5
  ) -> Model {
    Model(
      "torchvision.efficientnet_b\(i)", preprocessing, top1: top1,
      top1Source: "torchvision EfficientNet_B\(i)_Weights.IMAGENET1K_V1", classifier: "classifier.1."
    ) {
      EfficientNet(
        EfficientNet.b[i], style: Style(.silu, epsilon: epsilon), dropout: EfficientNet.dropout[i], classes: $0)
    }
    .written(in: .torchvisionEfficientNet)
  }
}

/// EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks.
///
/// Tan and Le, ICML 2019, https://arxiv.org/abs/1905.11946. Names: timm `efficientnet_b*`.
public struct EfficientNet: Layer {
  var scaling: Scaling
  var stem: Int
  var head: Int
  var squeezes: Bool
  var style: Style
  var dropout: Double
  var classes: Int

  /// - Parameters:
  ///   - stem: channels of the first convolution, 32 scaled where `nil`.
  ///   - head: channels of the last convolution, 1280 scaled where `nil`.
  ///   - squeezes: whether blocks have squeeze-and-excitation.
  ///   - dropout: before the classifier.
  public init(
    _ scaling: Scaling = Scaling(), stem: Int? = nil, head: Int? = nil, squeezes: Bool = true,
    style: Style = Style(.silu), dropout: Double = 0, classes: Int = 1000
  ) {
    (self.scaling, self.stem, self.head) = (scaling, stem ?? scaling.channels(32), head ?? scaling.channels(1280))
    (self.squeezes, self.style, self.dropout, self.classes) = (squeezes, style, dropout, classes)
  }

  /// B0…B8, as in the authors' code.
  public static let b = [
    Scaling(width: 1.0, depth: 1.0), Scaling(width: 1.0, depth: 1.1), Scaling(width: 1.1, depth: 1.2),
    Scaling(width: 1.2, depth: 1.4), Scaling(width: 1.4, depth: 1.8), Scaling(width: 1.6, depth: 2.2),
    Scaling(width: 1.8, depth: 2.6), Scaling(width: 2.0, depth: 3.1), Scaling(width: 2.2, depth: 3.6),
  ]
  /// The classifier's dropout of B0…B8, as in the authors' code.
  static let dropout = [0.2, 0.2, 0.3, 0.3, 0.4, 0.4, 0.5, 0.5, 0.5]

  /// Table 1: expansion t, kernel k, channels c, repeats n, stride s of the first.
  static let table: [(t: Double, k: Int, c: Int, n: Int, s: Int)] = [
    (t: 1, k: 3, c: 16, n: 1, s: 1),
    (t: 6, k: 3, c: 24, n: 2, s: 2),
    (t: 6, k: 5, c: 40, n: 2, s: 2),
    (t: 6, k: 3, c: 80, n: 3, s: 2),
    (t: 6, k: 5, c: 112, n: 3, s: 1),
    (t: 6, k: 5, c: 192, n: 4, s: 2),
    (t: 6, k: 3, c: 320, n: 1, s: 1),
  ]

  /// Squeezes to a quarter of a block's input.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stages = Self.table.map { t, k, c, n, s in
      [
        Repeated(n, stride: s) {
          MBConv(
            scaling.channels(c), kernel: k, stride: $0, expansion: t,
            squeeze: squeezes ? SqueezeExcite(0.25 / t, style.activation) : nil, style: style)
        }
      ]
    }
    return StagedNetwork(
      stem: stem, stages: scaling.blocks(stages), head: .convolution(head), style: style, dropout: dropout,
      classes: classes)(image)
  }

  /// https://github.com/lukemelas/EfficientNet-PyTorch; its networks pad and normalise as `tf_efficientnet_*` do.
  static let lukemelas = Dialect(
    "lukemelas/EfficientNet-PyTorch",
    [
      "conv_stem": "_conv_stem", "bn1": "_bn0",
      "blocks.0.*": .into(
        "_blocks.#",
        ["conv_dw": "_depthwise_conv", "bn1": "_bn1", "se.conv_*": "_se_*", "conv_pw": "_project_conv", "bn2": "_bn2"]),
      "blocks.*.*": .into(
        "_blocks.#",
        [
          "conv_pw": "_expand_conv", "bn1": "_bn0", "conv_dw": "_depthwise_conv", "bn2": "_bn1",
          "se.conv_*": "_se_*", "conv_pwl": "_project_conv", "bn3": "_bn2",
        ]),
      "conv_head": "_conv_head", "bn2": "_bn1", "classifier": "_fc",
    ])
}
