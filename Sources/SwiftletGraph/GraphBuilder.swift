/// What a network writes into while it is being defined: nodes, the current name, the first error.
public final class GraphBuilder {
  public private(set) var nodes: [Graph.Node] = []
  /// The first shape rule that was broken. What is written after it has stand-in shapes, so that the rest of the
  /// definition can go on as if nothing had happened.
  public private(set) var error: GraphError?
  /// The values that were noted as feature maps, in order.
  public var features: [Tensor] { featureIDs.map(tensor) }
  // Numbers, since tensors keep their builder alive, which would keep them alive.
  private var featureIDs: [Graph.ID] = []
  /// The names that open scopes give, the innermost last.
  private var paths = [""]
  private var declared: [String: Graph.ID] = [:]

  init() {}

  /// Appends a node. `name` is put behind the current path; parameters use it as their last component.
  public func add(_ op: some Op, _ inputs: [Tensor], name: String = "") -> Tensor {
    add(op, inputs, fullName: full(name))
  }

  /// Gives a parameter its place in the order before it is used; `parameter` of that name takes it up. The first place counts.
  func declare(_ op: Parameter, name: String) {
    let fullName = full(name)
    if declared[fullName] == nil { declared[fullName] = add(op, [], fullName: fullName).id }
  }

  func parameter(_ op: Parameter, name: String) -> Tensor {
    let fullName = full(name)
    guard let earlier = declared.removeValue(forKey: fullName).map(tensor) else {
      return add(op, [], fullName: fullName)
    }
    if earlier.shape != op.extents { fail("\(name) is \(op.extents), but was declared as \(earlier.shape)") }
    return earlier
  }

  func add(_ op: any Op, _ inputs: [Tensor], fullName: String) -> Tensor {
    let shapes = inputs.map(\.shape)
    let shape: Shape
    do throws(GraphError) {
      shape = try op.checkedShape(shapes, node: fullName)
    } catch let found {
      error = error ?? found
      shape = ((try? op.shape(shapes)) ?? shapes.first ?? []).clamped
    }
    nodes.append(Graph.Node(op: op, inputs: inputs.map(\.id), shape: shape, name: fullName))
    return Tensor(builder: self, id: nodes.count - 1, shape: shape)
  }

  /// Appends a node of another graph, its inputs being `inputs` here; where their shapes are other ones, its own follows.
  func adopt(_ node: Graph.Node, _ inputs: [Graph.ID], isReshaped: Bool) -> Graph.ID {
    if isReshaped { return add(node.op, inputs.map(tensor), fullName: node.name).id }
    nodes.append(node)
    nodes[nodes.count - 1].inputs = inputs
    return nodes.count - 1
  }

  /// The symbolic value of a node.
  func tensor(_ id: Graph.ID) -> Tensor { Tensor(builder: self, id: id, shape: nodes[id].shape) }

  func note(_ feature: Tensor) { featureIDs.append(feature.id) }

  /// States an error that no shape rule sees, such as an input size that the architecture does not allow.
  public func fail(_ message: String) {
    if error == nil { error = GraphError(message, node: paths[paths.count - 1]) }
  }

  /// Everything that `body` writes carries `name` as a further component of its name; an empty name adds nothing.
  public func scope<R>(_ name: String, _ body: () -> R) -> R {
    if name.isEmpty { return body() }
    paths.append(full(name))
    defer { paths.removeLast() }
    return body()
  }

  /// `name` behind the current path.
  private func full(_ name: String) -> String {
    let path = paths[paths.count - 1]
    return name.isEmpty ? path : path.isEmpty ? name : "\(path).\(name)"
  }
}
