extension EfficientNetV2 {
  /// Table 4 of the paper (S) and its larger and smaller siblings in the authors' code.
  ///
  /// Lines: block, expansion t, channels c, repeats n, stride s of the first.
  public struct Architecture: Sendable {
    var stem: Int
    var table: [Line]
    var head = 1280

    public static let s = Architecture(
      stem: 24,
      table: [
        (op: .conv, t: 1, c: 24, n: 2, s: 1),
        (op: .fused, t: 4, c: 48, n: 4, s: 2),
        (op: .fused, t: 4, c: 64, n: 4, s: 2),
        (op: .mbConv, t: 4, c: 128, n: 6, s: 2),
        (op: .mbConv, t: 6, c: 160, n: 9, s: 1),
        (op: .mbConv, t: 6, c: 256, n: 15, s: 2),
      ])

    public static let m = Architecture(
      stem: 24,
      table: [
        (op: .conv, t: 1, c: 24, n: 3, s: 1),
        (op: .fused, t: 4, c: 48, n: 5, s: 2),
        (op: .fused, t: 4, c: 80, n: 5, s: 2),
        (op: .mbConv, t: 4, c: 160, n: 7, s: 2),
        (op: .mbConv, t: 6, c: 176, n: 14, s: 1),
        (op: .mbConv, t: 6, c: 304, n: 18, s: 2),
        (op: .mbConv, t: 6, c: 512, n: 5, s: 1),
      ])

    public static let l = Architecture(
      stem: 32,
      table: [
        (op: .conv, t: 1, c: 32, n: 4, s: 1),
        (op: .fused, t: 4, c: 64, n: 7, s: 2),
        (op: .fused, t: 4, c: 96, n: 7, s: 2),
        (op: .mbConv, t: 4, c: 192, n: 10, s: 2),
        (op: .mbConv, t: 6, c: 224, n: 19, s: 1),
        (op: .mbConv, t: 6, c: 384, n: 25, s: 2),
        (op: .mbConv, t: 6, c: 640, n: 7, s: 1),
      ])

    public static let xl = Architecture(
      stem: 32,
      table: [
        (op: .conv, t: 1, c: 32, n: 4, s: 1),
        (op: .fused, t: 4, c: 64, n: 8, s: 2),
        (op: .fused, t: 4, c: 96, n: 8, s: 2),
        (op: .mbConv, t: 4, c: 192, n: 16, s: 2),
        (op: .mbConv, t: 6, c: 256, n: 24, s: 1),
        (op: .mbConv, t: 6, c: 512, n: 32, s: 2),
        (op: .mbConv, t: 6, c: 640, n: 8, s: 1),
      ])

    /// B0, scaled to B1…B3 as EfficientNet is.
    public static let base = Architecture(
      stem: 32,
      table: [
        (op: .conv, t: 1, c: 16, n: 1, s: 1),
        (op: .fused, t: 4, c: 32, n: 2, s: 2),
        (op: .fused, t: 4, c: 48, n: 2, s: 2),
        (op: .mbConv, t: 4, c: 96, n: 3, s: 2),
        (op: .mbConv, t: 6, c: 112, n: 5, s: 1),
        (op: .mbConv, t: 6, c: 192, n: 8, s: 2),
      ])

    /// S as timm read it from the paper's figures, before the authors' code was out.
    public static let rw = Architecture(
      stem: 24,
      table: [
        (op: .fused, t: 1, c: 24, n: 2, s: 1),
        (op: .fused, t: 4, c: 48, n: 4, s: 2),
        (op: .fused, t: 4, c: 64, n: 4, s: 2),
        (op: .mbConv, t: 4, c: 128, n: 6, s: 2),
        (op: .mbConv, t: 6, c: 160, n: 9, s: 1),
        (op: .mbConv, t: 6, c: 272, n: 15, s: 2),
      ], head: 1792)
  }
}
