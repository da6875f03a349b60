extension Graph {
  /// The outputs by the operators' reference implementations: slow, and the truth that the engine is checked against.
  /// - Throws: `GraphError` when `input` has another shape than the graph's; an error of the weights when a parameter is missing or has another shape.
  public func interpret(_ input: NDArray, _ weights: Weights) throws -> [NDArray] {
    try evaluate(outputs) { node in
      guard node.op is Input else { return try weights.array(node.name, node.shape) }
      if input.shape == node.shape { return input }
      throw GraphError("the array is \(input.shape), expected \(node.shape)", node: node.name)
    }
  }

  /// The values of `ids`, computed by reference implementations; `leaf` provides inputs and parameters.
  /// Values are dropped as soon as nothing needs them any more.
  public func evaluate(_ ids: [ID], _ leaf: (Node) throws -> NDArray) throws -> [NDArray] {
    try evaluate(ids, leaf) { node, inputs in node.op.reference(inputs) }
  }

  /// The same with values of any kind; `apply` computes a node's from those of its inputs.
  package func evaluate<Value>(
    _ ids: [ID], _ leaf: (Node) throws -> Value, apply: (Node, [Value]) throws -> Value
  ) throws -> [Value] {
    var uses = [Int](repeating: 0, count: nodes.count)
    var needed = [Bool](repeating: false, count: nodes.count)
    for id in ids {
      needed[id] = true
      uses[id] += 1
    }
    for id in nodes.indices.reversed() where needed[id] {
      for input in nodes[id].inputs {
        needed[input] = true
        uses[input] += 1
      }
    }
    var values = [Value?](repeating: nil, count: nodes.count)
    for id in nodes.indices where needed[id] {
      let node = nodes[id]
      if node.op is Input || node.op is Parameter {
        values[id] = try leaf(node)
      } else {
        let inputs = node.inputs.map { values[$0].unsafelyUnwrapped }
        values[id] = try apply(node, inputs)
        for input in node.inputs {
          uses[input] -= 1
          if uses[input] == 0 { values[input] = nil }
        }
      }
    }
    return ids.map { values[$0].unsafelyUnwrapped }
  }
}
