extension MixNet {
  /// The networks of figure 5.
  public struct Architecture: Sendable {
    /// Channels of the first convolution.
    var stem: Int
    var stages: [[Line]]

    public static let s = Architecture(
      stem: 16,
      stages: [
        [(k: [3], a: 1, p: 1, t: 1, c: 16, se: 0, nl: .relu, n: 1, s: 1)],
        [
          (k: [3], a: 2, p: 2, t: 6, c: 24, se: 0, nl: .relu, n: 1, s: 2),
          (k: [3], a: 2, p: 2, t: 3, c: 24, se: 0, nl: .relu, n: 1, s: 1),
        ],
        [
          (k: [3, 5, 7], a: 1, p: 1, t: 6, c: 40, se: 0.5, nl: .silu, n: 1, s: 2),
          (k: [3, 5], a: 2, p: 2, t: 6, c: 40, se: 0.5, nl: .silu, n: 3, s: 1),
        ],
        [
          (k: [3, 5, 7], a: 1, p: 2, t: 6, c: 80, se: 0.25, nl: .silu, n: 1, s: 2),
          (k: [3, 5], a: 1, p: 2, t: 6, c: 80, se: 0.25, nl: .silu, n: 2, s: 1),
        ],
        [
          (k: [3, 5, 7], a: 2, p: 2, t: 6, c: 120, se: 0.5, nl: .silu, n: 1, s: 1),
          (k: [3, 5, 7, 9], a: 2, p: 2, t: 3, c: 120, se: 0.5, nl: .silu, n: 2, s: 1),
        ],
        [
          (k: [3, 5, 7, 9, 11], a: 1, p: 1, t: 6, c: 200, se: 0.5, nl: .silu, n: 1, s: 2),
          (k: [3, 5, 7, 9], a: 1, p: 2, t: 6, c: 200, se: 0.5, nl: .silu, n: 2, s: 1),
        ],
      ])

    public static let m = Architecture(
      stem: 24,
      stages: [
        [(k: [3], a: 1, p: 1, t: 1, c: 24, se: 0, nl: .relu, n: 1, s: 1)],
        [
          (k: [3, 5, 7], a: 2, p: 2, t: 6, c: 32, se: 0, nl: .relu, n: 1, s: 2),
          (k: [3], a: 2, p: 2, t: 3, c: 32, se: 0, nl: .relu, n: 1, s: 1),
        ],
        [
          (k: [3, 5, 7, 9], a: 1, p: 1, t: 6, c: 40, se: 0.5, nl: .silu, n: 1, s: 2),
          (k: [3, 5], a: 2, p: 2, t: 6, c: 40, se: 0.5, nl: .silu, n: 3, s: 1),
        ],
        [
          (k: [3, 5, 7], a: 1, p: 1, t: 6, c: 80, se: 0.25, nl: .silu, n: 1, s: 2),
          (k: [3, 5, 7, 9], a: 2, p: 2, t: 6, c: 80, se: 0.25, nl: .silu, n: 3, s: 1),
        ],
        [
          (k: [3], a: 1, p: 1, t: 6, c: 120, se: 0.5, nl: .silu, n: 1, s: 1),
          (k: [3, 5, 7, 9], a: 2, p: 2, t: 3, c: 120, se: 0.5, nl: .silu, n: 3, s: 1),
        ],
        [
          (k: [3, 5, 7, 9], a: 1, p: 1, t: 6, c: 200, se: 0.5, nl: .silu, n: 1, s: 2),
          (k: [3, 5, 7, 9], a: 1, p: 2, t: 6, c: 200, se: 0.5, nl: .silu, n: 3, s: 1),
        ],
      ])
  }
}
