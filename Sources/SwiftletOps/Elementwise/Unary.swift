public import SwiftletGraph

/// An operator that maps each element by a formula.
public protocol Unary: Op {
  /// The formula, in double precision.
  func formula(_ x: Double) -> Double
}

extension Unary {
  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1 else { throw GraphError("expects one input, found \(inputs.count)") }
    return inputs[0]
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    NDArray(inputs[0].shape, inputs[0].scalars.map { Float(formula(Double($0))) })
  }

  static func sampled(_ op: Self) -> [Sample] {
    [Sample(op, [[2, 5, 3, 4]], range: -8...8), Sample(op, [[3, 37]], range: -4...4)]
  }
}
