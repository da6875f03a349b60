import SwiftletGraph
import SwiftletOps

/// A factor or summand for each output channel of a layer, or one for all, goes into its weights and bias.
@Sendable func foldingFactors(_ graph: Graph) throws(GraphError) -> Graph {
  let (uses, isConstant) = (graph.useCounts, graph.isConstant)
  func takesConstant(_ node: Graph.Node) -> Bool {
    (node.op is Mul || node.op is Add) && node.inputs.contains { isConstant[$0] }
  }
  return try graph.rewritten(at: takesConstant) { node, id, inputs in
    let sources = graph[id].inputs
    for i in 0..<2 where isConstant[sources[i]] && uses[sources[1 - i]] == 1 {
      let layer = inputs[1 - i]
      guard layer.shape == node.shape, layer.takesFactors,
        let factors = inputs[i].perOutputChannel(of: layer)
      else { continue }
      let parts = layer.inputs
      if node.op is Add { return layer.builder.add(layer.node.op, [parts[0], parts[1], parts[2] + factors]) }
      return layer.builder.add(
        layer.node.op, [parts[0], parts[1].apply(ScaledWeight(), factors), parts[2] * factors])
    }
    return nil
  }
}

/// Factors of channels that depend on the image (squeeze and excite) go into the weights of the 1×1 convolution that alone reads the
/// product, where these are fewer than the values of the map.
@Sendable func takingFactors(_ graph: Graph) throws(GraphError) -> Graph {
  let (uses, isConstant) = (graph.useCounts, graph.isConstant)
  func readsProduct(_ node: Graph.Node) -> Bool { node.op is FusedConv && graph[node.inputs[0]].op is Mul }
  return try graph.rewritten(at: readsProduct) { node, id, inputs in
    guard var op = node.op as? FusedConv, op.conv == Conv(Window(1)), inputs[0].node.op is Mul,
      uses[graph[id].inputs[0]] == 1, isConstant[graph[id].inputs[1]],
      node.shape[1] < node.shape[2] * node.shape[3]
    else { return nil }
    let (shape, parts) = (inputs[0].shape, inputs[0].inputs)
    let factors = [shape[0], shape[1], 1, 1] as Shape
    for i in 0..<2 where parts[i].shape == factors && parts[1 - i].shape == shape {
      op.hasFactors = true
      return inputs[0].builder.add(op, [parts[1 - i]] + inputs.dropFirst() + [parts[i]])
    }
    return nil
  }
}

extension Tensor {
  /// Whether this is a layer whose output nothing has been done to.
  fileprivate var takesFactors: Bool {
    switch node.op {
    case let op as FusedConv: op.activation == nil && !op.hasShortcut
    case let op as FusedGemm: op.activation == nil
    default: false
    }
  }

  /// This value as `[channels]`, where it is one number for each output channel of `layer` or one for all.
  fileprivate func perOutputChannel(of layer: Tensor) -> Tensor? {
    let axis = layer.node.op is FusedConv ? 1 : layer.shape.rank - 1
    let count = layer.shape[axis]
    if shape.elementCount == 1 { return reshaped([1]).expanded([count]) }
    let missing = layer.shape.rank - shape.rank
    guard missing >= 0, shape.elementCount == count, axis >= missing, shape[axis - missing] == count else { return nil }
    return reshaped([count])
  }
}
