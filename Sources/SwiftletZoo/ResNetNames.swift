// How other files name the parameters of ResNet.

extension ResNet {
  static let huggingFace = Dialect(
    "Hugging Face transformers",
    [
      "conv1": "resnet.embedder.embedder.convolution", "bn1": "resnet.embedder.embedder.normalization",
      "layer*": .into(
        "resnet.encoder.stages.#",
        [
          "*": .into(
            "layers.*",
            [
              "conv*": "layer.#.convolution", "bn*": "layer.=.normalization", "downsample.0": "shortcut.convolution",
              "downsample.1": "shortcut.normalization",
            ])
        ]),
      "fc": "classifier.1",
    ])
}
