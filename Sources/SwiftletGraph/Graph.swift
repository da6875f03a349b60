/// A network as data: nodes in topological order, each an operator applied to earlier nodes.
///
/// A value: running, counting, exporting and rewriting are functions over it.
public struct Graph: Sendable {
  /// The position of a node.
  public typealias ID = Int

  public struct Node: Sendable {
    public var op: any Op
    public var inputs: [ID]
    public var shape: Shape
    /// Where the node was written, as in `features.1.conv.0`; of parameters the name in the weights.
    public var name: String

    public init(op: any Op, inputs: [ID], shape: Shape, name: String) {
      self.op = op
      self.inputs = inputs
      self.shape = shape
      self.name = name
    }
  }

  public package(set) var nodes: [Node]
  public package(set) var outputs: [ID]

  /// The graph that `body` writes: it receives the symbolic input and returns the outputs. Parameters stay even where no
  /// output needs them, so that weights of heads that only training uses belong to the network.
  /// - Throws: the first error of a shape rule, with the name of the node.
  public init(input: Shape, _ body: (Tensor) -> [Tensor]) throws(GraphError) {
    let builder = GraphBuilder()
    let image = builder.add(Input(input), [], name: "input")
    if let error = builder.error { throw error }
    let outputs = body(image)
    if let error = builder.error { throw error }
    self = Graph(nodes: builder.nodes, outputs: outputs.map(\.id)).pruned(keepingParameters: true)
    try verify()
  }

  package init(nodes: [Node], outputs: [ID]) {
    self.nodes = nodes
    self.outputs = outputs
  }

  public subscript(id: ID) -> Node { nodes[id] }

  /// The shapes of the inputs of a node.
  public func inputShapes(_ id: ID) -> [Shape] { nodes[id].inputs.map { nodes[$0].shape } }

  /// The inputs in the order in which they were written.
  public var inputs: [ID] { nodes.indices.filter { nodes[$0].op is Input } }

  /// Parameters in the order in which the network wrote them: the order of the reference's state dict.
  public var parameters: [(name: String, shape: Shape, isBuffer: Bool)] {
    nodes.compactMap { node in (node.op as? Parameter).map { (node.name, node.shape, $0.isBuffer) } }
  }

  /// How many nodes (and outputs) read each node.
  public var useCounts: [Int] {
    var counts = [Int](repeating: 0, count: nodes.count)
    for node in nodes { for input in node.inputs { counts[input] += 1 } }
    for output in outputs { counts[output] += 1 }
    return counts
  }

  /// Whether each node depends on parameters and constants alone.
  public var isConstant: [Bool] {
    var result: [Bool] = []
    result.reserveCapacity(nodes.count)
    for node in nodes {
      result.append(node.inputs.isEmpty ? !(node.op is Input) : node.inputs.allSatisfy { result[$0] })
    }
    return result
  }

  /// The graph without the nodes that no output needs; inputs stay.
  public func pruned(keepingParameters: Bool = false) -> Graph {
    var needed = nodes.map { node in
      node.inputs.isEmpty && (node.op is Input || (keepingParameters && node.op is Parameter))
    }
    for output in outputs { needed[output] = true }
    for id in nodes.indices.reversed() where needed[id] {
      for input in nodes[id].inputs { needed[input] = true }
    }
    if needed.allSatisfy({ $0 }) { return self }
    var position = [ID](repeating: -1, count: nodes.count)
    var kept: [Node] = []
    kept.reserveCapacity(nodes.count)
    for id in nodes.indices where needed[id] {
      position[id] = kept.count
      kept.append(nodes[id])
      kept[kept.count - 1].inputs = nodes[id].inputs.map { position[$0] }
    }
    return Graph(nodes: kept, outputs: outputs.map { position[$0] })
  }
}
