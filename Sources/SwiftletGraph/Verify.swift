extension Graph {
  /// Checks order, shapes, names and outputs. Every pass is followed by it.
  public func verify() throws(GraphError) {
    var names = Set<String>(minimumCapacity: nodes.count)
    for (id, node) in nodes.enumerated() {
      for input in node.inputs where input < 0 || input >= id {
        throw GraphError("node \(id) reads node \(input), which does not come before it", node: node.name)
      }
      let shape = try node.op.checkedShape(inputShapes(id), node: node.name)
      if shape != node.shape {
        throw GraphError("the shape is \(node.shape), its rule says \(shape)", node: node.name)
      }
      if node.op is Parameter, !names.insert(node.name).inserted {
        throw GraphError("two parameters have this name", node: node.name)
      }
    }
    for output in outputs where !nodes.indices.contains(output) {
      throw GraphError("output \(output) is not a node of the graph")
    }
  }
}

extension Op {
  /// The output's shape, which is valid.
  /// - Throws: what the shape rule throws, with the operator and the name of the node.
  func checkedShape(_ inputs: [Shape], node: String) throws(GraphError) -> Shape {
    do throws(GraphError) {
      let shape = try shape(inputs)
      if shape.isValid { return shape }
      throw GraphError(
        "the output would be \(shape), expected no dimension below 1 and at most \(Shape.limit) elements")
    } catch {
      throw GraphError("\(Self.name): \(error.message)", node: node)
    }
  }
}
