public import SwiftletGraph

extension Family {
  public static let mnasNet = Family(
    "MnasNet", year: 2019,
    paper: "MnasNet: Platform-Aware Neural Architecture Search for Mobile, Tan et al., CVPR 2019",
    url: "https://arxiv.org/abs/1807.11626", reference: "timm mnasnet_*, semnasnet_*, torchvision mnasnet*",
    licence: "Apache-2.0, BSD-3-Clause",
    idea: """
      Inverted residuals whose kernels, expansions, squeeze-and-excitation and repeats are searched stage by stage, \
      with the latency measured on a phone in the reward.
      """,
    block: .init("semnasnet_100", "blocks.2.1"),
    dialects: [MnasNet.torchvision],
    models: [
      Model(timm: "mnasnet_050") { MnasNet(.b1, width: 0.5, classes: $0) },
      Model(timm: "mnasnet_075") { MnasNet(.b1, width: 0.75, classes: $0) },
      Model(timm: "mnasnet_100", top1: (74.672, "rmsp_in1k")) { MnasNet(.b1, classes: $0) },
      Model(timm: "mnasnet_140") { MnasNet(.b1, width: 1.4, classes: $0) },
      Model(timm: "semnasnet_050") { MnasNet(.a1, width: 0.5, classes: $0) },
      Model(timm: "semnasnet_075", top1: (73.000, "rmsp_in1k")) { MnasNet(.a1, width: 0.75, classes: $0) },
      Model(timm: "semnasnet_100", top1: (75.452, "rmsp_in1k")) { MnasNet(.a1, classes: $0) },
      Model(timm: "semnasnet_140") { MnasNet(.a1, width: 1.4, classes: $0) },
      Model(timm: "mnasnet_small", top1: (66.204, "lamb_in1k")) { MnasNet(.small, classes: $0) },
      torchvision("0_5", 67.734, width: 0.5),
      torchvision("0_75", 71.18, width: 0.75, crop: 0.965),
      torchvision("1_0", 73.456, width: 1),
      torchvision("1_3", 76.506, width: 1.3, crop: 0.965),
    ])

  private static func torchvision(_ name: String, _ top1: Double, width: Double, crop: Double = 0.875) -> Model {
    Model(
      "torchvision.mnasnet\(name)", .square(224, crop: crop, .bilinear), top1: top1,
      top1Source: "torchvision MNASNet\(name)_Weights.IMAGENET1K_V1", classifier: "classifier.1."
    ) { MnasNet(.b1, width: width, dropout: 0.2, classes: $0) }
    .written(in: MnasNet.torchvision)
  }
}

/// MnasNet: Platform-Aware Neural Architecture Search for Mobile.
///
/// Tan et al., CVPR 2019, https://arxiv.org/abs/1807.11626. Names: timm `mnasnet_*` and `semnasnet_*`.
public struct MnasNet: Layer {
  /// The networks that the search found.
  public struct Architecture: Sendable {
    /// Channels of the first convolution.
    var stem = 32
    /// Expansion t, kernel k, channels c, squeeze-and-excitation, repeats n, stride s of the first.
    var table: [(t: Double, k: Int, c: Int, se: Bool, n: Int, s: Int)]

    /// MnasNet-A1, figure 7.
    public static let a1 = Architecture(table: [
      (t: 1, k: 3, c: 16, se: false, n: 1, s: 1),
      (t: 6, k: 3, c: 24, se: false, n: 2, s: 2),
      (t: 3, k: 5, c: 40, se: true, n: 3, s: 2),
      (t: 6, k: 3, c: 80, se: false, n: 4, s: 2),
      (t: 6, k: 3, c: 112, se: true, n: 2, s: 1),
      (t: 6, k: 5, c: 160, se: true, n: 3, s: 2),
      (t: 6, k: 3, c: 320, se: false, n: 1, s: 1),
    ])

    /// MnasNet-B1, without squeeze-and-excitation.
    public static let b1 = Architecture(table: [
      (t: 1, k: 3, c: 16, se: false, n: 1, s: 1),
      (t: 3, k: 3, c: 24, se: false, n: 3, s: 2),
      (t: 3, k: 5, c: 40, se: false, n: 3, s: 2),
      (t: 6, k: 5, c: 80, se: false, n: 3, s: 2),
      (t: 6, k: 3, c: 96, se: false, n: 2, s: 1),
      (t: 6, k: 5, c: 192, se: false, n: 4, s: 2),
      (t: 6, k: 3, c: 320, se: false, n: 1, s: 1),
    ])

    /// MnasNet-small of the authors' code.
    public static let small = Architecture(
      stem: 8,
      table: [
        (t: 1, k: 3, c: 8, se: false, n: 1, s: 1),
        (t: 3, k: 3, c: 16, se: false, n: 1, s: 2),
        (t: 6, k: 3, c: 16, se: false, n: 2, s: 2),
        (t: 6, k: 5, c: 32, se: true, n: 4, s: 2),
        (t: 6, k: 3, c: 32, se: true, n: 3, s: 1),
        (t: 6, k: 5, c: 88, se: true, n: 3, s: 2),
        (t: 6, k: 3, c: 144, se: false, n: 1, s: 1),
      ])
  }

  var architecture: Architecture
  var scaling: Scaling
  var dropout: Double
  var classes: Int

  /// - Parameter dropout: before the classifier.
  public init(_ architecture: Architecture, width: Double = 1, dropout: Double = 0, classes: Int = 1000) {
    (self.architecture, scaling, self.dropout, self.classes) = (architecture, Scaling(width: width), dropout, classes)
  }

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let style = Style(.relu)
    let stages = architecture.table.map { t, k, c, se, n, s in
      [
        Repeated(n, stride: s) {
          MBConv(
            scaling.channels(c), kernel: k, stride: $0, expansion: t, squeeze: se ? SqueezeExcite(0.25 / t) : nil,
            style: style)
        }
      ]
    }
    return StagedNetwork(
      stem: scaling.channels(architecture.stem), stages: scaling.blocks(stages), head: .convolution(1280), style: style,
      dropout: dropout, classes: classes)(image)
  }

  /// torchvision's `mnasnet*`.
  static let torchvision = Dialect(
    "torchvision",
    [
      "conv_stem": "layers.0", "bn1": "layers.1",
      "blocks.0.0": .into("layers", ["conv_dw": "3", "bn1": "4", "conv_pw": "6", "bn2": "7"]),
      "blocks.*": .into(
        "layers.#8",
        [
          "*": .into(
            "*.layers", ["conv_pw": "0", "bn1": "1", "conv_dw": "3", "bn2": "4", "conv_pwl": "6", "bn3": "7"])
        ]),
      "conv_head": "layers.#", "bn2": "layers.#", "classifier": "classifier.1",
    ])
}
