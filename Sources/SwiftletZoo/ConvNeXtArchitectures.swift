extension ConvNeXt {
  /// `tiny` is the paper's, the others are timm's.
  static let variants: [Variant] = [
    ("convnext_atto", ConvNeXt(width: 40, blocks: [2, 2, 6, 2]), 0.875, 75.672, "d2_in1k"),
    ("convnext_atto_ols", ConvNeXt(width: 40, blocks: [2, 2, 6, 2], stem: .tiered), 0.875, 75.902, "a2_in1k"),
    ("convnext_femto", ConvNeXt(width: 48, blocks: [2, 2, 6, 2]), 0.875, 77.498, "d1_in1k"),
    ("convnext_femto_ols", ConvNeXt(width: 48, blocks: [2, 2, 6, 2], stem: .tiered), 0.875, 77.852, "d1_in1k"),
    ("convnext_pico", ConvNeXt(width: 64, blocks: [2, 2, 6, 2]), 0.875, 79.516, "d1_in1k"),
    ("convnext_pico_ols", ConvNeXt(width: 64, blocks: [2, 2, 6, 2], stem: .tiered), 0.95, 79.542, "d1_in1k"),
    ("convnext_nano", ConvNeXt(width: 80, blocks: [2, 2, 8, 2]), 0.95, 82.306, "in12k_ft_in1k"),
    ("convnext_nano_ols", ConvNeXt(width: 80, blocks: [2, 2, 8, 2], stem: .overlapping), 0.95, 80.906, "d1h_in1k"),
    ("convnext_tiny", ConvNeXt(convolutions: false), 0.95, 84.192, "in12k_ft_in1k"),
    ("convnext_tiny_hnf", ConvNeXt(normalizesFirst: true), 0.95, 82.230, "a2h_in1k"),
  ]

  /// Of the second version.
  static let secondVariants: [Variant] = [
    ("convnextv2_atto", second(40, [2, 2, 6, 2]), 0.875, 76.644, "fcmae_ft_in1k"),
    ("convnextv2_femto", second(48, [2, 2, 6, 2]), 0.875, 78.476, "fcmae_ft_in1k"),
    ("convnextv2_pico", second(64, [2, 2, 6, 2]), 0.875, 80.304, "fcmae_ft_in1k"),
    ("convnextv2_nano", second(80, [2, 2, 8, 2]), 0.875, 82.038, "fcmae_ft_in22k_in1k"),
    ("convnextv2_tiny", second(96, [3, 3, 9, 3], convolutions: false), 0.875, 83.904, "fcmae_ft_in22k_in1k"),
  ]

  private static func second(_ width: Int, _ blocks: [Int], convolutions: Bool = true) -> ConvNeXt {
    ConvNeXt(width: width, blocks: blocks, convolutions: convolutions, respondsGlobally: true)
  }
}
