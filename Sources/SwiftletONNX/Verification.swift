import SwiftletEngine
import SwiftletFormats
public import SwiftletGraph

/// What ONNX Runtime, a program that others wrote, computes from an exported file, compared with the engine.
public struct Verification: Sendable {
  /// The most that two engines may differ by rounding, as a share of the largest value.
  public static let tolerance: Float = 1e-4

  /// ONNX Runtime's version.
  public var version: String
  /// Of each output, max |a − b| / max |b|, b being the engine's.
  public var relativeErrors: [Float]

  public var largest: Float { relativeErrors.max() ?? 0 }
  public var isPassed: Bool { largest <= Self.tolerance }

  /// Runs the file at `path` and the graph that it was made of on the same input.
  /// - Throws: `VerificationError` when ONNX Runtime is not at hand or does not take the file; what the engine throws.
  public init(_ path: String, _ graph: Graph, _ weights: Weights, threads: Int = 1) throws {
    let plan = try Plan(graph, threads: threads)
    let input = Self.input(plan.inputShape)
    let truth = try Session(plan, weights).run(input)
    let answer = try ONNXRuntime.run(path, input, outputs: truth.count)
    version = answer.version
    relativeErrors = zip(answer.outputs, truth).map { $0.relativeError(to: $1) }
  }

  /// Numbers in −1..<1 that never repeat: multiples of the golden ratio.
  private static func input(_ shape: Shape) -> NDArray {
    NDArray(shape) { i in
      let x = Double(i) * 0.618_033_988_749_894_9
      return Float(2 * (x - x.rounded(.down)) - 1)
    }
  }
}

/// Why an exported file could not be verified.
public struct VerificationError: Error, Hashable, CustomStringConvertible {
  public var description: String
}
