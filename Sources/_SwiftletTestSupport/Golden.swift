public import Foundation
public import SwiftletGraph

/// A right answer made with a reference implementation.
public struct Golden: Decodable, Sendable {
  public struct Parameter: Decodable, Sendable {
    public var name: String
    public var shape: [Int]

    public init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      name = try values.decode(String.self)
      shape = try values.decode([Int].self)
    }
  }

  public struct Feature: Decodable, Sendable {
    public var shape: [Int]
    public var mean: Double
    public var std: Double
    public var head: [Float]
  }

  /// One output of several; of a large one every `step`-th value, in row-major order.
  public struct Output: Decodable, Sendable {
    public var shape: [Int]
    public var step: Int?
    public var values: [Float]

    /// max |a − b| / max |b| over the values that are known; dimensions of size 1 at the end do not count.
    public func relativeError(of found: NDArray) -> Float {
      func trimmed(_ shape: [Int]) -> [Int] { Array(shape.reversed().drop { $0 == 1 }.reversed()) }
      guard trimmed(found.shape.dimensions) == trimmed(shape) else { return .infinity }
      let sampled = stride(from: 0, to: found.scalars.count, by: step ?? 1).map { found.scalars[$0] }
      guard sampled.count == values.count else { return .infinity }
      return NDArray([values.count], sampled).relativeError(to: NDArray([values.count], values))
    }
  }

  public var model: String
  public var salt: String
  public var gain: Float
  public var input: [Int]
  public var parameters: [Parameter]
  public var parameter_count: Int
  public var conv_linear_macs: Int
  public var output: [[Float]]?
  public var outputs: [Output]?
  /// Index buffers, which the rule does not make.
  public var integers: [String: [Float]]?
  public var features: [String: Feature]?

  public static func read(_ file: URL) throws -> Golden {
    try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  /// The goldens of a folder, such as `classification`, sorted by name.
  public static func all(_ folder: String) throws -> [Golden] {
    let files = try FileManager.default.contentsOfDirectory(
      at: SharedData.root.appending(path: "goldens/\(folder)"), includingPropertiesForKeys: nil)
    return try files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.map(read)
  }

  public var rule: Rule { Rule(salt: salt, gain: gain) }

  /// The weights behind the output: the parameters of the rule, and the index buffers of the golden.
  ///
  /// timm keeps attention biases once it has looked them up, so that outputs of networks with `attention_biases` were made
  /// with those of the first, smaller gain that was tried; timm with fresh biases confirms it.
  public func weights(for graph: Graph) -> Weights {
    var weights = rule.weights(for: graph)
    let first = Rule(salt: salt, gain: 0.25)
    for (name, shape, _) in graph.parameters where name.hasSuffix("attention_biases") {
      weights.add(name, shape) { first.parameter(name, shape) }
    }
    for (name, values) in integers ?? [:] { weights.add(name, [values.count]) { NDArray([values.count], values) } }
    return weights
  }

  public var truth: NDArray { NDArray([output!.count, output![0].count], output!.flatMap { $0 }) }

  /// The largest relative error among the outputs.
  public func relativeError(of found: [NDArray]) -> Float {
    guard let outputs else { return found[0].relativeError(to: truth) }
    guard found.count == outputs.count else { return .infinity }
    return zip(outputs, found).map { $0.relativeError(of: $1) }.max() ?? .infinity
  }
}

/// The folder with right answers and pictures beside the repository.
public enum SharedData {
  public static let root: URL = {
    var folder = URL(filePath: #filePath)
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let candidate = folder.appending(path: "shared")
      if FileManager.default.fileExists(atPath: candidate.appending(path: "goldens").path) { return candidate }
    }
    return URL(filePath: "../shared")
  }()

  /// Whether the right answers lie beside this checkout; tests without them say that they are skipped.
  public static let isThere = FileManager.default.fileExists(atPath: root.appending(path: "goldens").path)
}
