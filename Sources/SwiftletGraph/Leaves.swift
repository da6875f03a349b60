// The three operators without inputs, the only ones a graph knows by name.

/// What the caller provides at every run.
public struct Input: Op {
  public static let name = "Input"
  public static let samples: [Sample] = []
  public var extents: Shape

  public init(_ extents: Shape) { self.extents = extents }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape { try leaf(inputs, extents) }
  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost { Cost() }
  public func reference(_ inputs: [NDArray]) -> NDArray { NDArray(extents) }
}

/// A learned array, found in the weights by the name of its node.
public struct Parameter: Op {
  public static let name = "Parameter"
  public static let samples: [Sample] = []
  public var extents: Shape
  /// A running statistic: stored and loaded, not learned and not counted.
  public var isBuffer: Bool

  public init(_ extents: Shape, isBuffer: Bool = false) {
    self.extents = extents
    self.isBuffer = isBuffer
  }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape { try leaf(inputs, extents) }
  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost { Cost() }
  public func reference(_ inputs: [NDArray]) -> NDArray { NDArray(extents) }
}

/// An array that is part of the network's definition.
public struct Constant: Op {
  public static let name = "Constant"
  public static let samples: [Sample] = []
  public var extents: Shape
  public var scalars: [Float]

  public init(_ value: NDArray) {
    extents = value.shape
    scalars = value.scalars
  }

  public var value: NDArray { NDArray(extents, scalars) }
  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard extents.checkedElementCount == scalars.count else {
      throw GraphError("\(scalars.count) scalars do not fill the shape \(extents)")
    }
    return try leaf(inputs, extents)
  }

  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost { Cost() }
  public func reference(_ inputs: [NDArray]) -> NDArray { value }
}

private func leaf(_ inputs: [Shape], _ extents: Shape) throws(GraphError) -> Shape {
  if inputs.isEmpty { return extents }
  throw GraphError("expects no inputs, found \(inputs.count)")
}
