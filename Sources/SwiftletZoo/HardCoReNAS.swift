public import SwiftletGraph

extension Family {
  public static let hardCoReNAS = Family(
    "HardCoRe-NAS", year: 2021,
    paper: "HardCoRe-NAS: Hard Constrained diffeRentiable Neural Architecture Search, Nayman et al., ICML 2021",
    url: "https://arxiv.org/abs/2102.11646", reference: "timm hardcorenas_*",
    licence: "Apache-2.0, after code under the MIT licence",
    idea: """
      A differentiable search of inverted residuals that keeps to a limit of latency at every step, by steps along the \
      constraint (Frank–Wolfe), not by a penalty.
      """,
    block: .init("hardcorenas_a", "blocks.2.1"),
    models: [
      model("a", 75.926, .a), model("b", 76.550, .b), model("c", 77.092, .c), model("d", 77.450, .d),
      model("e", 77.788, .e), model("f", 78.100, .f),
    ])

  private static func model(_ name: String, _ top1: Double, _ architecture: HardCoReNAS.Architecture) -> Model {
    Model(timm: "hardcorenas_\(name)", .square(224, .bilinear), top1: (top1, "miil_green_in1k")) {
      HardCoReNAS(architecture, classes: $0)
    }
  }
}

/// HardCoRe-NAS: Hard Constrained diffeRentiable Neural Architecture Search.
///
/// Nayman et al., ICML 2021, https://arxiv.org/abs/2102.11646. Names: timm `hardcorenas_*`.
public struct HardCoReNAS: Layer {
  var architecture: Architecture
  var classes: Int

  public init(_ architecture: Architecture, classes: Int = 1000) {
    (self.architecture, self.classes) = (architecture, classes)
  }

  /// What all networks of the search space share: channels c, activation, stride s of the first block of a stage.
  static let space: [(c: Int, nl: Activation, s: Int)] = [
    (c: 24, nl: .relu, s: 2), (c: 40, nl: .relu, s: 2), (c: 80, nl: .hardSwish, s: 2),
    (c: 112, nl: .hardSwish, s: 1), (c: 192, nl: .hardSwish, s: 2),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let style = Style(.hardSwish)
    let first = DepthwiseSeparable(16, kernel: 3, stride: 1, style: style.with(.relu))
    let stages = zip(Self.space, architecture.stages).map { stage, blocks in
      blocks.enumerated().map { i, block in
        let squeeze = SqueezeExcite(0.25, gate: .hardSigmoid) { roundedChannels($0) }
        return InvertedResidual(
          stage.c, kernel: block.k, stride: i == 0 ? stage.s : 1, expansion: block.t,
          squeeze: block.se ? squeeze : nil, style: style.with(stage.nl))
      }
    }
    let last = ConvBlock(960, kernel: 1, stride: 1, style: style)
    return StagedNetwork(
      stem: 32, stages: [[first]] + stages + [[last]], head: .efficient(1280, bias: true), style: style,
      classes: classes)(image)
  }

  /// A network that the search found: expansion t, kernel k, squeeze-and-excitation of each block.
  public struct Architecture: Sendable {
    var stages: [[(t: Double, k: Int, se: Bool)]]

    public static let a = Architecture(stages: [
      [(t: 3, k: 5, se: false), (t: 3, k: 5, se: true)],
      [(t: 3, k: 5, se: false), (t: 6, k: 5, se: true)],
      [(t: 6, k: 5, se: true), (t: 6, k: 5, se: true)],
      [(t: 6, k: 5, se: true), (t: 6, k: 5, se: true)],
      [(t: 6, k: 5, se: true), (t: 6, k: 5, se: true)],
    ])

    public static let b = Architecture(stages: [
      [(t: 3, k: 5, se: false), (t: 3, k: 5, se: true), (t: 3, k: 3, se: false)],
      [(t: 3, k: 5, se: false), (t: 3, k: 5, se: false), (t: 3, k: 5, se: false)],
      [(t: 3, k: 5, se: false), (t: 3, k: 5, se: false), (t: 3, k: 3, se: false), (t: 3, k: 3, se: false)],
      [(t: 3, k: 5, se: false), (t: 3, k: 3, se: false), (t: 3, k: 3, se: false), (t: 3, k: 3, se: false)],
      [(t: 6, k: 5, se: true), (t: 6, k: 5, se: true), (t: 3, k: 3, se: true)],
    ])

    public static let c = Architecture(stages: [
      [(t: 3, k: 5, se: false), (t: 3, k: 5, se: true)],
      [(t: 3, k: 5, se: false), (t: 3, k: 5, se: false), (t: 3, k: 5, se: false), (t: 3, k: 5, se: false)],
      [(t: 4, k: 5, se: false), (t: 6, k: 5, se: true), (t: 3, k: 3, se: false), (t: 3, k: 3, se: false)],
      [(t: 6, k: 5, se: true), (t: 3, k: 3, se: false), (t: 3, k: 3, se: false), (t: 3, k: 3, se: false)],
      [(t: 6, k: 5, se: true), (t: 6, k: 5, se: true), (t: 3, k: 3, se: true)],
    ])

    public static let d = Architecture(stages: [
      [(t: 3, k: 5, se: true), (t: 3, k: 5, se: true)],
      [(t: 3, k: 5, se: true), (t: 4, k: 5, se: true), (t: 3, k: 3, se: true)],
      [(t: 4, k: 5, se: true), (t: 3, k: 3, se: true), (t: 3, k: 3, se: true), (t: 3, k: 3, se: true)],
      [(t: 4, k: 3, se: true), (t: 4, k: 5, se: true), (t: 3, k: 3, se: true), (t: 3, k: 5, se: true)],
      [(t: 6, k: 5, se: true), (t: 6, k: 5, se: true), (t: 6, k: 5, se: true), (t: 6, k: 3, se: true)],
    ])

    public static let e = Architecture(stages: [
      [(t: 3, k: 5, se: true), (t: 3, k: 5, se: true)],
      [(t: 6, k: 5, se: true), (t: 4, k: 5, se: true), (t: 4, k: 5, se: true), (t: 3, k: 3, se: true)],
      [(t: 4, k: 5, se: true), (t: 6, k: 3, se: true)],
      [(t: 6, k: 5, se: true), (t: 6, k: 5, se: true), (t: 6, k: 5, se: true), (t: 3, k: 5, se: true)],
      [(t: 6, k: 5, se: true), (t: 6, k: 5, se: true), (t: 6, k: 5, se: true), (t: 6, k: 3, se: true)],
    ])

    public static let f = Architecture(stages: [
      [(t: 3, k: 5, se: true), (t: 3, k: 5, se: true)],
      [(t: 6, k: 5, se: true), (t: 6, k: 5, se: true)],
      [(t: 6, k: 5, se: true), (t: 6, k: 5, se: true), (t: 3, k: 3, se: true), (t: 3, k: 3, se: true)],
      [(t: 6, k: 3, se: true), (t: 6, k: 5, se: true), (t: 6, k: 5, se: true), (t: 3, k: 3, se: true)],
      [(t: 6, k: 5, se: true), (t: 6, k: 5, se: true), (t: 6, k: 3, se: true), (t: 6, k: 3, se: true)],
    ])
  }
}
