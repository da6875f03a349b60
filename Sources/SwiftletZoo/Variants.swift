import SwiftletGraph

extension Model {
  /// A model of timm, with the accuracy of the weights that it loads by default.
  /// - Parameter top1: as published for these weights, read in timm's results-imagenet.csv at the model's input size.
  init(
    timm name: String, _ preprocessing: Preprocessing = .square(224), top1: (percent: Double, weights: String)? = nil,
    classifier: String = "classifier.", network: @escaping @Sendable (_ classes: Int) -> any Layer
  ) {
    self.init(
      name, preprocessing, top1: top1?.percent,
      top1Source: top1.map { "timm results-imagenet.csv, \(name).\($0.weights)" }, classifier: classifier,
      network: network)
  }
}

extension Preprocessing {
  /// A square input of `side` pixels, cut out of a photo of side / `crop`.
  /// - Parameter half: values in −1…1 instead of ImageNet's mean and deviation.
  static func square(
    _ side: Int, crop: Double = 0.875, _ interpolation: Interpolation = .bicubic, mode: CropMode = .center,
    half: Bool = false
  ) -> Preprocessing {
    Preprocessing(
      height: side, width: side, interpolation: interpolation, cropFraction: crop, cropMode: mode,
      mean: half ? Self.half : imageNetMean, std: half ? Self.half : imageNetStd)
  }

  /// CIFAR's pictures of 32×32 pixels, whole.
  static let cifar = Preprocessing(
    height: 32, width: 32, interpolation: .bilinear, cropFraction: 1, mean: [0.4914, 0.4822, 0.4465],
    std: [0.2470, 0.2435, 0.2616])
}
