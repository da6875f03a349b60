public import SwiftletGraph

/// An array with its dimensions of size 1, and missing leading ones, repeated up to a shape.
public struct Expand: Op {
  public static let name = "Expand"
  public static let samples = [
    Sample(Expand([3, 5, 4]), [[1, 1, 4]]), Sample(Expand([2, 5, 3, 4]), [[5, 3, 1]]),
    Sample(Expand([2, 18, 3, 3]), [[2, 18, 1, 1]]),
  ]
  public var extents: Shape
  public init(_ extents: Shape) { self.extents = extents }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, inputs[0].rank <= extents.rank,
      zip(inputs[0].padded(extents.rank), extents).allSatisfy({ $0 == $1 || $0 == 1 })
    else { throw GraphError("\(inputs) cannot be repeated to \(extents)") }
    return extents
  }

  public func reference(_ inputs: [NDArray]) -> NDArray { inputs[0].broadcast(to: extents) }
}

extension Tensor {
  public func expanded(_ shape: Shape) -> Tensor { apply(Expand(shape)) }
}
