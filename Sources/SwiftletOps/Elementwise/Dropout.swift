public import SwiftletGraph

/// Zeroes elements at random while training; the identity otherwise. Srivastava et al., JMLR 2014.
public struct Dropout: Op {
  public static let name = "Dropout"
  public static let samples = [Sample(Dropout(ratio: 0.2), [[2, 5]])]
  public var ratio: Double
  public init(ratio: Double) { self.ratio = ratio }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, ratio >= 0, ratio < 1 else { throw GraphError("expects one input and a ratio in 0..<1") }
    return inputs[0]
  }

  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost { Cost() }
  public func reference(_ inputs: [NDArray]) -> NDArray { inputs[0] }
}

/// Drops the whole value of a sample at random while training (stochastic depth); the identity otherwise. No operator of
/// ONNX; not exported. Huang et al., ECCV 2016.
public struct DropPath: Op {
  public static let name = "DropPath"
  public static let samples = [Sample(DropPath(ratio: 0.2), [[2, 5, 3, 3]])]
  public var ratio: Double
  public init(ratio: Double) { self.ratio = ratio }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape { try Dropout(ratio: ratio).shape(inputs) }
  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost { Cost() }
  public func reference(_ inputs: [NDArray]) -> NDArray { inputs[0] }
}

extension Tensor {
  public func droppedPath(_ ratio: Double) -> Tensor { ratio == 0 ? self : apply(DropPath(ratio: ratio)) }
}
