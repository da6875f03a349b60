public import SwiftletEngine
public import SwiftletFormats
public import SwiftletGraph
public import SwiftletZoo

/// One class of a photo.
public struct Prediction: Hashable, Sendable {
  /// The class's name; its number where there are no labels.
  public var label: String
  /// The class's position among the network's outputs.
  public var index: Int
  /// In 0…1; those of all classes sum to 1.
  public var probability: Float

  public init(label: String, index: Int, probability: Float) {
    (self.label, self.index, self.probability) = (label, index, probability)
  }
}

/// Names what is on photos.
///
/// ```swift
/// import Swiftlet
/// let classifier = try Classifier("mobilenetv2_100", weights: "mobilenetv2_100.safetensors", labels: "imagenet.txt")
/// for prediction in try classifier.classify("cat.jpg") {
///   print(prediction.label, prediction.probability)
/// }
/// ```
///
/// One classifier looks at one photo at a time; use one a thread for more.
public final class Classifier {
  /// How many classes the weights were trained for.
  public var classes: Int { network.outputs }
  private let network: PhotoNetwork
  private let labels: [String]?

  /// - Parameters:
  ///   - weights: a safetensors file or a state dict that PyTorch saved. A file that was fine-tuned to another number of
  ///     classes works as it is.
  ///   - labels: a text file with one name a line, as many as there are classes.
  ///   - precision: `.strict` sums directly, a little closer to exact sums and slower; `.fast` multiplies in bfloat16 where
  ///     the machine can, less exactly and faster.
  ///   - cache: where packed weights are kept from process to process, as in `CacheFolder.standard`.
  /// - Throws: `UnknownModelError`, `FormatError`, `WeightsError`, `EngineError`.
  public convenience init(
    _ model: String, weights: String, labels: String? = nil, threads: Int = Machine.processors,
    precision: Precision = .exact, cache: (any PackedCache)? = nil
  ) throws {
    try self.init(
      Model.named(model), weights: WeightsFile.open(weights), labels: labels, threads: threads, precision: precision,
      cache: cache)
  }

  /// The same with a model and weights in memory.
  public init(
    _ model: Model, weights: Weights, labels: String? = nil, threads: Int = Machine.processors,
    precision: Precision = .exact, cache: (any PackedCache)? = nil
  ) throws {
    let weights = try model.reading(weights)
    let classes = model.classes(in: weights)
    self.labels = try labels.map { path throws(FormatError) in try Labels.read(path, count: classes) }
    network = try PhotoNetwork(model, weights, classes: classes, threads: threads, precision: precision, cache: cache)
  }

  /// The most likely classes of a photo in a file, the likeliest first; at most as many as there are classes.
  /// - Throws: `ImageError`; `EngineError` when the network's answer is not finite.
  public func classify(_ path: String, top: Int = 5) throws -> [Prediction] {
    predictions(try network.output(path: path), top)
  }

  /// The same of a photo in memory.
  public func classify(_ photo: Image, top: Int = 5) throws -> [Prediction] {
    predictions(try network.output(photo), top)
  }

  /// The network's answer before it becomes probabilities.
  public func logits(_ photo: Image) throws -> [Float] { try network.output(photo) }

  private func predictions(_ logits: [Float], _ top: Int) -> [Prediction] {
    let probabilities = softmax(logits)
    let order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
    return order.prefix(max(0, top)).map { index in
      Prediction(label: labels?[index] ?? String(index), index: index, probability: probabilities[index])
    }
  }
}
