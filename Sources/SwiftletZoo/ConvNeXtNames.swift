// How other files name the parameters of ConvNeXt.

extension ConvNeXt {
  static let torchvision = Dialect(
    "torchvision",
    [
      "stem": "features.#", "stages.*.downsample": "features.#",
      "stages.*.blocks": .into(
        "features.#",
        [
          "*": .into(
            "*",
            [
              "gamma": "layer_scale", "conv_dw": "block.0", "norm": "block.2", "mlp.fc1": "block.3",
              "mlp.fc2": "block.5",
            ]
          )
        ]),
      "head.norm": "classifier.0", "head.fc": "classifier.2",
    ])

  /// https://github.com/facebookresearch/ConvNeXt and ConvNeXt-V2; https://github.com/mmaaz60/EdgeNeXt has the same names.
  static let authors = Dialect(
    "the authors'",
    [
      "stem": "downsample_layers.0", "stages.*.downsample": "downsample_layers.*",
      "stages.*.blocks.*": .into(
        "stages.*.*",
        [
          "conv_dw": "dwconv", "mlp.fc*": "pwconv*", "mlp.grn.weight": "grn.gamma", "mlp.grn.bias": "grn.beta",
        ]),
      "head.norm": "norm", "head.fc": "head",
    ])

  /// - Parameter prefix: `convnext` or `convnextv2`.
  static func huggingFace(_ prefix: String) -> Dialect {
    Dialect(
      "Hugging Face transformers",
      [
        "stem.0": "\(prefix).embeddings.patch_embeddings",
        "stem.1": "\(prefix).embeddings.layernorm",
        "stages.*.downsample": "\(prefix).encoder.stages.*.downsampling_layer",
        "stages.*.blocks.*": .into(
          "\(prefix).encoder.stages.*.layers.*",
          [
            "gamma": "layer_scale_parameter", "conv_dw": "dwconv", "norm": "layernorm", "mlp.fc*": "pwconv*",
            "mlp.grn": "grn",
          ]),
        "head.norm": "\(prefix).layernorm", "head.fc": "classifier",
      ])
  }
}
