extension MobileNetV3 {
  /// Tables 1 and 2 of the paper: expansions in place of expanded widths, equal lines joined, lines of one width a stage.
  public struct Architecture: Sendable {
    var stages: [[Line]]
    /// Channels of the last convolution before, and of the one after, pooling.
    var last: Int
    var head: Int
    /// timm's first port: no shortcut in the first block, squeezes neither rounded to 8 nor always with ReLU, no bias
    /// in the head.
    var isEarly = false

    public static let large = Architecture(
      stages: [
        [(k: 3, t: 1, c: 16, se: false, nl: .relu, n: 1, s: 1)],
        [
          (k: 3, t: 4, c: 24, se: false, nl: .relu, n: 1, s: 2),
          (k: 3, t: 3, c: 24, se: false, nl: .relu, n: 1, s: 1),
        ],
        [(k: 5, t: 3, c: 40, se: true, nl: .relu, n: 3, s: 2)],
        [
          (k: 3, t: 6, c: 80, se: false, nl: .hardSwish, n: 1, s: 2),
          (k: 3, t: 2.5, c: 80, se: false, nl: .hardSwish, n: 1, s: 1),
          (k: 3, t: 2.3, c: 80, se: false, nl: .hardSwish, n: 2, s: 1),
        ],
        [(k: 3, t: 6, c: 112, se: true, nl: .hardSwish, n: 2, s: 1)],
        [(k: 5, t: 6, c: 160, se: true, nl: .hardSwish, n: 3, s: 2)],
      ],
      last: 960, head: 1280)

    public static let small = Architecture(
      stages: [
        [(k: 3, t: 1, c: 16, se: true, nl: .relu, n: 1, s: 2)],
        [
          (k: 3, t: 4.5, c: 24, se: false, nl: .relu, n: 1, s: 2),
          (k: 3, t: 3.67, c: 24, se: false, nl: .relu, n: 1, s: 1),
        ],
        [
          (k: 5, t: 4, c: 40, se: true, nl: .hardSwish, n: 1, s: 2),
          (k: 5, t: 6, c: 40, se: true, nl: .hardSwish, n: 2, s: 1),
        ],
        [(k: 5, t: 3, c: 48, se: true, nl: .hardSwish, n: 2, s: 1)],
        [(k: 5, t: 6, c: 96, se: true, nl: .hardSwish, n: 3, s: 2)],
      ],
      last: 576, head: 1024)

    public static let early = Architecture(
      stages: large.stages, last: large.last, head: large.head, isEarly: true)

    /// The "minimalistic" form of the authors' code: 3x3 kernels, ReLU, no squeeze-and-excitation.
    public var minimal: Architecture {
      var copy = self
      copy.stages = stages.map { $0.map { ($0.k == 5 ? 3 : $0.k, $0.t, $0.c, false, .relu, $0.n, $0.s) } }
      return copy
    }
  }
}
