extension Graph {
  /// The graph in which each node has been replaced by what `transform` makes of it.
  ///
  /// `transform` is called once a node, in order, with the node, its position and its inputs as values of the new graph. It writes
  /// into the new graph through these and returns the replacement, or `nil` to keep the node. Nodes that nothing needs any
  /// more are dropped at the end.
  public func rewritten(
    _ transform: (_ node: Node, _ id: ID, _ inputs: [Tensor]) -> Tensor?
  ) throws(GraphError) -> Graph {
    let builder = GraphBuilder()
    var values: [Tensor] = []
    values.reserveCapacity(nodes.count)
    var isChanged = false
    for (id, node) in nodes.enumerated() {
      let inputs = node.inputs.map { values[$0] }
      let replaced = builder.named(node.name) { transform(node, id, inputs) }
      isChanged = isChanged || replaced != nil
      values.append(replaced ?? builder.add(node.op, inputs, fullName: node.name))
    }
    if let error = builder.error { throw error }
    guard isChanged else { return pruned() }
    let graph = Graph(nodes: builder.nodes, outputs: outputs.map { values[$0].id }).pruned()
    try graph.verify()
    return graph
  }
}

extension GraphBuilder {
  /// What `body` writes bears the name of the node it stands for.
  fileprivate func named<R>(_ name: String, _ body: () -> R) -> R { scope(name, body) }

  /// The node behind a symbolic value, for patterns in `Graph.rewritten`.
  public func node(_ tensor: Tensor) -> Graph.Node { nodes[tensor.id] }
}

extension Tensor {
  /// The node behind this value.
  public var node: Graph.Node { builder.node(self) }
  /// The values that the node behind this value reads.
  public var inputs: [Tensor] {
    node.inputs.map { Tensor(builder: builder, id: $0, shape: builder.nodes[$0].shape) }
  }
}
