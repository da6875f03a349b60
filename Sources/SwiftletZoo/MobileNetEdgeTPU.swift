public import SwiftletGraph

extension Family {
  public static let mobileNetEdgeTPU = Family(
    "MobileNetEdgeTPU", year: 2019,
    paper: "Introducing the Next Generation of On-Device Vision Models: MobileNetV3 and MobileNetEdgeTPU, "
      + "Howard and Gupta, Google AI blog 2019; "
      + "Searching for Efficient Neural Architectures for On-Device ML on Edge TPUs, Akin et al., CVPR workshops 2022",
    url: "https://arxiv.org/abs/2204.14007", reference: "timm mobilenet_edgetpu_*", licence: "Apache-2.0",
    idea: """
      Inverted residuals made for an accelerator: in early stages the expansion and the depthwise filter are fused \
      into one 3×3 convolution, which it runs at a better share of its peak; no squeeze-and-excitation, no h-swish.
      """,
    block: .init("mobilenet_edgetpu_100", "blocks.1.1"),
    models: [
      Model(timm: "mobilenet_edgetpu_100", .square(224, crop: 0.9)) { MobileNetEdgeTPU(.v1, classes: $0) },
      Model(timm: "mobilenet_edgetpu_v2_xs", .square(224, crop: 0.9)) { MobileNetEdgeTPU(.v2XS, classes: $0) },
      Model(timm: "mobilenet_edgetpu_v2_s", .square(224, crop: 0.9)) { MobileNetEdgeTPU(.v2S, classes: $0) },
      Model(
        timm: "mobilenet_edgetpu_v2_m", .square(224, crop: 0.9, half: true), top1: (80.116, "ra4_e3600_r224_in1k")
      ) { MobileNetEdgeTPU(.v2M, classes: $0) },
      Model(timm: "mobilenet_edgetpu_v2_l", .square(224, crop: 0.9)) { MobileNetEdgeTPU(.v2L, classes: $0) },
    ])
}

/// MobileNetEdgeTPU and its second version: fused inverted residuals early, where an Edge TPU runs full convolutions
/// faster than depthwise ones.
///
/// Akin et al., CVPR workshops 2022, https://arxiv.org/abs/2204.14007. Names: timm `mobilenet_edgetpu_*`.
public struct MobileNetEdgeTPU: Layer {
  var architecture: Architecture
  var classes: Int

  public init(_ architecture: Architecture, classes: Int = 1000) {
    (self.architecture, self.classes) = (architecture, classes)
  }

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let style = Style(.relu)
    let first = ConvBlock(architecture.first, kernel: 1, stride: 1, style: style)
    let stages = architecture.stages.map { lines in
      lines.map { line in
        Repeated(line.n, stride: line.s) { block(line, stride: $0, style) }
      }
    }
    return StagedNetwork(
      stem: architecture.stem, kernel: architecture.stemKernel, stages: [[first]] + Scaling().blocks(stages),
      head: .convolution(architecture.head), style: style, classes: classes)(image)
  }

  private func block(_ line: Line, stride: Int, _ style: Style) -> any Layer {
    switch line.kind {
    case .fused(let groupSize):
      FusedInvertedResidual(
        line.c, kernel: line.k, stride: stride, expansion: line.t, groupSize: groupSize, style: style)
    case .depthwise(let shortcut):
      InvertedResidual(line.c, kernel: line.k, stride: stride, expansion: line.t, style: style, shortcut: shortcut)
    }
  }

  enum Kind {
    /// A full convolution, perhaps in groups of that many channels.
    case fused(groupSize: Int? = nil)
    case depthwise(shortcut: Bool = true)
  }

  /// Block, kernel k, expansion t, channels c, repeats n, stride s of the first.
  typealias Line = (kind: Kind, k: Int, t: Double, c: Int, n: Int, s: Int)

  public struct Architecture: Sendable {
    var stem = 32
    var stemKernel = 3
    /// Channels of the pointwise convolution behind the stem.
    var first = 16
    var stages: [[Line]]
    var head = 1280

    public static let v1 = Architecture(stages: [
      [(kind: .fused(), k: 3, t: 8, c: 32, n: 1, s: 2), (kind: .fused(), k: 3, t: 4, c: 32, n: 3, s: 1)],
      [(kind: .fused(), k: 3, t: 8, c: 48, n: 1, s: 2), (kind: .fused(), k: 3, t: 4, c: 48, n: 3, s: 1)],
      [(kind: .depthwise(), k: 3, t: 8, c: 96, n: 1, s: 2), (kind: .depthwise(), k: 3, t: 4, c: 96, n: 3, s: 1)],
      [
        (kind: .depthwise(shortcut: false), k: 3, t: 8, c: 96, n: 1, s: 1),
        (kind: .depthwise(), k: 3, t: 4, c: 96, n: 3, s: 1),
      ],
      [(kind: .depthwise(), k: 5, t: 8, c: 160, n: 1, s: 2), (kind: .depthwise(), k: 5, t: 4, c: 160, n: 3, s: 1)],
      [(kind: .depthwise(), k: 3, t: 8, c: 192, n: 1, s: 1)],
    ])

    public static let v2XS = v2([16, 32, 48, 96, 144, 160, 192], groupSize: 64)
    public static let v2S = v2([24, 48, 64, 128, 160, 192, 256], groupSize: 64, stem: 64, kernel: 5)
    public static let v2M = v2([32, 64, 80, 160, 192, 240, 320], groupSize: 64, stem: 64, kernel: 5, head: 1344)
    public static let v2L = v2([32, 64, 96, 192, 240, 256, 384], groupSize: 128, stem: 64, kernel: 7, head: 1408)

    /// The second version, by the channels of its stages.
    private static func v2(
      _ c: [Int], groupSize: Int, stem: Int = 32, kernel: Int = 3, head: Int = 1280
    ) -> Architecture {
      let grouped = Kind.fused(groupSize: groupSize)
      return Architecture(
        stem: stem, stemKernel: kernel, first: c[0],
        stages: [
          [(kind: .fused(), k: 3, t: 8, c: c[1], n: 1, s: 2), (kind: grouped, k: 3, t: 4, c: c[1], n: 1, s: 1)],
          [
            (kind: .fused(), k: 3, t: 8, c: c[2], n: 1, s: 2), (kind: grouped, k: 3, t: 4, c: c[2], n: 1, s: 1),
            (kind: .fused(), k: 3, t: 4, c: c[2], n: 1, s: 1), (kind: grouped, k: 3, t: 4, c: c[2], n: 1, s: 1),
          ],
          [(kind: .fused(), k: 3, t: 8, c: c[3], n: 1, s: 2), (kind: .depthwise(), k: 3, t: 4, c: c[3], n: 3, s: 1)],
          [
            (kind: .depthwise(), k: 3, t: 8, c: c[4], n: 1, s: 1),
            (kind: .depthwise(), k: 3, t: 4, c: c[4], n: 3, s: 1),
          ],
          [
            (kind: .depthwise(), k: 3, t: 8, c: c[5], n: 1, s: 2),
            (kind: .depthwise(), k: 3, t: 4, c: c[5], n: 3, s: 1),
          ],
          [(kind: .depthwise(), k: 3, t: 8, c: c[6], n: 1, s: 1)],
        ],
        head: head)
    }
  }
}
