extension EfficientFormerV2 {
  /// The variants of the paper, expansions from the authors' code.
  static let variants: [(name: String, network: EfficientFormerV2, top1: Double)] = [
    ("efficientformerv2_s0", EfficientFormerV2(), 76.102),
    (
      "efficientformerv2_s1",
      EfficientFormerV2(
        widths: [32, 48, 120, 224],
        expansions: [fours(3), fours(3), fours(2) + threes(4) + fours(3), fours(2) + threes(2) + fours(2)]), 79.684
    ),
    (
      "efficientformerv2_s2",
      EfficientFormerV2(
        widths: [32, 64, 144, 288],
        expansions: [fours(4), fours(4), fours(2) + threes(6) + fours(4), fours(2) + threes(4) + fours(2)],
        attending: 4), 82.156
    ),
    (
      "efficientformerv2_l",
      EfficientFormerV2(
        widths: [40, 80, 192, 384],
        expansions: [fours(5), fours(5), fours(4) + threes(7) + fours(4), fours(3) + threes(4) + fours(3)],
        attending: 6), 83.642
    ),
  ]

  private static func fours(_ count: Int) -> [Int] { [Int](repeating: 4, count: count) }
  private static func threes(_ count: Int) -> [Int] { [Int](repeating: 3, count: count) }
}
