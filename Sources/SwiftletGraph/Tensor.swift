/// A symbolic value: a handle to a node of the graph that is being written.
///
/// Operators add their own methods to it; see `SwiftletOps`.
public struct Tensor {
  public let builder: GraphBuilder
  public let id: Graph.ID
  public let shape: Shape

  /// The size of dimension 1; 1 where there is none.
  public var channels: Int { shape.rank > 1 ? shape[1] : 1 }
  /// The size of dimension 2; 1 where there is none.
  public var height: Int { shape.rank > 2 ? shape[2] : 1 }
  /// The size of dimension 3; 1 where there is none.
  public var width: Int { shape.rank > 3 ? shape[3] : 1 }

  /// The output of `op` applied to this value and `others`.
  public func apply(_ op: some Op, _ others: Tensor...) -> Tensor { builder.add(op, [self] + others) }

  /// The learned array `name` of the current scope.
  public func parameter(_ name: String, _ shape: Shape) -> Tensor { builder.parameter(Parameter(shape), name: name) }

  /// The running statistic `name` of the current scope: loaded, not learned.
  public func buffer(_ name: String, _ shape: Shape) -> Tensor {
    builder.parameter(Parameter(shape, isBuffer: true), name: name)
  }

  /// Lists the arrays of a layer here, where the reference has them, though the layer is used further on.
  public func declare(_ arrays: [(name: String, shape: Shape, isBuffer: Bool)]) {
    for (name, shape, isBuffer) in arrays { builder.declare(Parameter(shape, isBuffer: isBuffer), name: name) }
  }

  /// This value, noted as a feature map: the last one of each scale is what detectors and segmenters read.
  @discardableResult public func asFeature() -> Tensor {
    builder.note(self)
    return self
  }

  /// An array that belongs to the network's definition.
  public func constant(_ value: NDArray) -> Tensor { builder.add(Constant(value), []) }

  /// `body` applied with `name` as a further component of the names it writes.
  public func scoped<R>(_ name: String, _ body: (Tensor) -> R) -> R { builder.scope(name) { body(self) } }
}
