public import SwiftletGraph

/// A dense array of 64-bit floats in row-major order.
public struct DoubleArray: Sendable {
  public let shape: Shape
  public var scalars: [Double]

  public init(_ shape: Shape, _ scalars: [Double]) {
    precondition(scalars.count == shape.elementCount, "\(scalars.count) scalars do not fill the shape \(shape)")
    (self.shape, self.scalars) = (shape, scalars)
  }

  public init(_ array: NDArray) { self.init(array.shape, array.scalars.map(Double.init)) }

  /// The nearest 32-bit floats.
  public var rounded: NDArray { NDArray(shape, scalars.map { Float($0) }) }
}

extension NDArray {
  /// max |a − b| / max |b|, b being the truth.
  public func relativeError(to truth: DoubleArray) -> Double {
    guard shape == truth.shape else { return .infinity }
    var (difference, largest) = (0.0, 0.0)
    for (a, b) in zip(scalars, truth.scalars) {
      let d = abs(Double(a) - b)
      if !d.isFinite { return .infinity }
      (difference, largest) = (max(difference, d), max(largest, abs(b)))
    }
    return difference == 0 ? 0 : difference / largest
  }
}

extension Graph {
  /// The outputs in double precision from end to end: what rounding to 32 bits is measured against.
  /// - Throws: errors of the weights; `GraphError` for an operator that has no form in double precision.
  public func interpretInDouble(_ input: NDArray, _ weights: Weights) throws -> [DoubleArray] {
    try evaluate(outputs) { node in
      DoubleArray(node.op is Input ? input : try weights.array(node.name, node.shape))
    } apply: { node, inputs in
      try inDouble(node.op, inputs)
    }
  }
}
