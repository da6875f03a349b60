/// One operator: a type whose stored properties are its attributes and whose methods are its rules.
///
/// Names of operators and attributes are ONNX's. A new operator works on the day it is written: the engine falls back
/// to `reference` where it has no kernel.
public protocol Op: Codable, Hashable, Sendable {
  /// ONNX's name of the operator; names that ONNX does not have are said so in the operator's comment.
  static var name: String { get }

  /// Small cases that tests, benchmarks and documentation walk over.
  static var samples: [Sample] { get }

  /// The shape of the output.
  /// - Throws: `GraphError` when the operator does not apply to such inputs.
  func shape(_ inputs: [Shape]) throws(GraphError) -> Shape

  /// What one evaluation costs.
  func cost(_ inputs: [Shape], _ output: Shape) -> Cost

  /// The specification: obvious and slow. Inputs have been accepted by `shape`.
  func reference(_ inputs: [NDArray]) -> NDArray

  /// The gradients of the inputs for the gradient `dy` of the output `y`, as more graph; `nil` for an input that has none.
  /// The whole answer is `nil` for an operator that has no rule.
  func gradient(_ dy: Tensor, _ inputs: [Tensor], _ y: Tensor) -> [Tensor?]?
}

extension Op {
  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost { Cost(moving: inputs, output) }
  public func gradient(_ dy: Tensor, _ inputs: [Tensor], _ y: Tensor) -> [Tensor?]? { nil }
}

/// One case of an operator: its attributes, the shapes of its inputs, and the range their values are drawn from.
public struct Sample: Sendable {
  public var op: any Op
  public var inputs: [Shape]
  public var range: ClosedRange<Float>

  public init(_ op: any Op, _ inputs: [Shape], range: ClosedRange<Float> = -2...2) {
    self.op = op
    self.inputs = inputs
    self.range = range
  }
}

/// What an evaluation costs.
public struct Cost: Hashable, Sendable {
  /// Multiply-adds of convolutions and matrix products.
  public var multiplyAdds: Int
  /// Bytes of all inputs, weights included, each read once.
  public var bytesRead: Int
  public var bytesWritten: Int

  public init(multiplyAdds: Int = 0, bytesRead: Int = 0, bytesWritten: Int = 0) {
    self.multiplyAdds = multiplyAdds
    self.bytesRead = bytesRead
    self.bytesWritten = bytesWritten
  }

  public init(multiplyAdds: Int = 0, moving inputs: [Shape], _ output: Shape) {
    self.init(
      multiplyAdds: multiplyAdds, bytesRead: inputs.reduce(0) { $0 + 4 * $1.elementCount },
      bytesWritten: 4 * output.elementCount)
  }

  public static func + (a: Cost, b: Cost) -> Cost {
    Cost(
      multiplyAdds: a.multiplyAdds + b.multiplyAdds, bytesRead: a.bytesRead + b.bytesRead,
      bytesWritten: a.bytesWritten + b.bytesWritten)
  }
}
