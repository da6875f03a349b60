import SwiftletEngine
import SwiftletFormats
public import SwiftletGraph
import SwiftletVision
public import SwiftletZoo

/// A model with its weights and memory, ready for one photo at a time: what classifying and embedding have in common.
final class PhotoNetwork {
  let preprocessing: Preprocessing
  /// How many numbers a photo becomes.
  let outputs: Int
  private let session: Session

  /// - Parameter classes: 0 for pooled features; the weights may have a classifier all the same.
  init(_ model: Model, _ weights: Weights, classes: Int, threads: Int, precision: Precision, cache: (any PackedCache)?)
    throws
  {
    let graph = try model.graph(classes: classes)
    try weights.check(against: graph, ignoring: model.leftOut(of: graph))
    preprocessing = model.preprocessing
    outputs = graph[graph.outputs[0]].shape.elementCount
    let plan = try Plan(graph, precision: precision, tuning: .ofThisMachine(), threads: threads)
    session = try Session(plan, weights, cache: cache)
  }

  /// The network's answer to a photo.
  /// - Throws: `PreprocessingError`; `EngineError` when the answer is not finite.
  func output(_ photo: Image) throws -> [Float] {
    let output = try session.run(try preprocessing.tensor(from: photo))[0].scalars
    guard output.allSatisfy(\.isFinite) else {
      throw EngineError("the network's answer is not finite: its weights hold infinities or are far too large")
    }
    return output
  }

  /// The same of a file; errors name it.
  func output(path: String) throws -> [Float] {
    let photo = try Image.read(path: path)
    do {
      return try output(photo)
    } catch let error as PreprocessingError {
      throw ImageError(.limitExceeded, path: path, found: error.found, expected: error.expected)
    }
  }
}

extension Model {
  /// The number of classes that weights of this model were trained for: the first extent of the classifier's weight; the
  /// reference's where they hold none.
  public func classes(in weights: Weights) -> Int {
    for name in weights.names where !isBackbone && name.hasPrefix(classifier) && name.hasSuffix("weight") {
      if let shape = weights.shape(name), shape.rank >= 2, shape[0] > 0 { return shape[0] }
    }
    return classes
  }
}
