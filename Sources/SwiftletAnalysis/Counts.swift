public import SwiftletGraph
import SwiftletOps

extension Graph {
  /// Learned scalars; running statistics are not learned.
  public var parameterCount: Int {
    parameters.reduce(0) { $0 + ($1.isBuffer ? 0 : $1.shape.elementCount) }
  }

  /// Multiply-adds of convolutions and linear layers, for the whole batch: what papers call FLOPs or MACs of a network.
  ///
  /// Products of two activations (attention) are left out, as in most published figures, and so is everything elementwise.
  public var multiplyAdds: Int {
    nodes.indices.reduce(0) { $0 + (isConvolutionOrLinear($1) ? cost($1).multiplyAdds : 0) }
  }

  /// Multiply-adds of all other operators, for the whole batch: the products of attention.
  public var productMultiplyAdds: Int {
    nodes.indices.reduce(0) { $0 + (isConvolutionOrLinear($1) ? 0 : cost($1).multiplyAdds) }
  }

  private func isConvolutionOrLinear(_ id: ID) -> Bool {
    let op = nodes[id].op
    return op is Conv || op is DynamicConv || op is DeformConv || op is Gemm
  }

  /// What one evaluation of a node costs.
  func cost(_ id: ID) -> Cost { nodes[id].op.cost(inputShapes(id), nodes[id].shape) }

  /// Bytes of all learned arrays and running statistics.
  public var weightBytes: Int { parameters.reduce(0) { $0 + 4 * $1.shape.elementCount } }
}
