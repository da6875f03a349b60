public import SwiftletEngine
public import SwiftletFormats
public import SwiftletGraph
public import SwiftletZoo

/// Turns photos into vectors: the pooled features that a network computes before it decides on a class.
///
/// One embedder looks at one photo at a time; use one a thread for more.
public final class Embedder {
  /// The length of each vector.
  public var features: Int { network.outputs }
  private let network: PhotoNetwork

  /// - Parameters:
  ///   - weights: a safetensors file or a state dict that PyTorch saved, with any classifier or none.
  ///   - precision: `.strict` sums directly, a little closer to exact sums and slower; `.fast` multiplies in bfloat16 where
  ///     the machine can, less exactly and faster.
  ///   - cache: where packed weights are kept from process to process, as in `CacheFolder.standard`.
  /// - Throws: `UnknownModelError`, `FormatError`, `WeightsError`, `EngineError`.
  public convenience init(
    _ model: String, weights: String, threads: Int = Machine.processors, precision: Precision = .exact,
    cache: (any PackedCache)? = nil
  ) throws {
    try self.init(
      Model.named(model), weights: WeightsFile.open(weights), threads: threads, precision: precision, cache: cache)
  }

  /// The same with a model and weights in memory.
  public init(
    _ model: Model, weights: Weights, threads: Int = Machine.processors, precision: Precision = .exact,
    cache: (any PackedCache)? = nil
  ) throws {
    network = try PhotoNetwork(
      model, model.reading(weights), classes: 0, threads: threads, precision: precision, cache: cache)
  }

  /// The vector of a photo in a file.
  /// - Throws: `ImageError`; `EngineError` when the network's answer is not finite.
  public func embed(_ path: String) throws -> [Float] { try network.output(path: path) }

  /// The vector of a photo in memory.
  public func embed(_ photo: Image) throws -> [Float] { try network.output(photo) }
}
