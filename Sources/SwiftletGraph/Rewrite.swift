extension Graph {
  /// The graph in which nodes have been replaced by what `transform` makes of them.
  ///
  /// `transform` is called once for each node that `isRoot` picks, in order, with the node, its position and its inputs as values
  /// of the new graph. It writes into the new graph through these and returns the replacement, or `nil` to keep the node. Nodes
  /// that nothing needs any more are dropped at the end.
  public func rewritten(
    at isRoot: (_ node: Node) -> Bool = { _ in true },
    _ transform: (_ node: Node, _ id: ID, _ inputs: [Tensor]) -> Tensor?
  ) throws(GraphError) -> Graph {
    guard nodes.contains(where: isRoot) else { return pruned() }
    let builder = GraphBuilder()
    var values: [ID] = []
    values.reserveCapacity(nodes.count)
    var (isChanged, isReshaped) = (false, false)
    for node in nodes {
      let inputs = node.inputs.map { values[$0] }
      if isRoot(node), let replaced = builder.replacement(of: node, values.count, inputs, transform) {
        (isChanged, isReshaped) = (true, isReshaped || replaced.shape != node.shape)
        values.append(replaced.id)
      } else {
        values.append(builder.adopt(node, inputs, isReshaped: isReshaped))
      }
    }
    if let error = builder.error { throw error }
    guard isChanged else { return pruned() }
    let graph = Graph(nodes: builder.nodes, outputs: outputs.map { values[$0] }).pruned()
    try graph.verify()
    return graph
  }
}

extension GraphBuilder {
  /// What `transform` writes bears the name of the node it stands for.
  fileprivate func replacement(
    of node: Graph.Node, _ id: Graph.ID, _ inputs: [Graph.ID],
    _ transform: (Graph.Node, Graph.ID, [Tensor]) -> Tensor?
  ) -> Tensor? {
    scope(node.name) { transform(node, id, inputs.map(tensor)) }
  }

  /// The node behind a symbolic value, for patterns in `Graph.rewritten`.
  public func node(_ tensor: Tensor) -> Graph.Node { nodes[tensor.id] }
}

extension Tensor {
  /// The node behind this value.
  public var node: Graph.Node { builder.node(self) }
  /// The values that the node behind this value reads.
  public var inputs: [Tensor] { node.inputs.map(builder.tensor) }
}
