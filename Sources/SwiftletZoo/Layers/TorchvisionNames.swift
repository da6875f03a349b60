extension Dialect {
  /// A block of the MobileNetV2 line in torchvision's names: its convolutions with their normalisations, and
  /// squeeze-and-excitation, are numbered in the order in which they are applied.
  static let torchvisionBlock: KeyValuePairs<String, Rule> = [
    "conv*": "block.#.0", "bn*": "block.=.1", "se": .into("block.#", ["conv_reduce": "fc1", "conv_expand": "fc2"]),
  ]

  /// EfficientNet and EfficientNetV2 in torchvision.
  static let torchvisionEfficientNet = Dialect(
    "torchvision",
    [
      "conv_stem": "features.#.0", "bn1": "features.=.1",
      "blocks.*": .into("features.#", ["*": .into("*", torchvisionBlock)]),
      "conv_head": "features.#.0", "bn2": "features.=.1", "classifier": "classifier.1",
    ])
}
