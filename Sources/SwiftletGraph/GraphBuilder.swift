/// What a network writes into while it is being defined: nodes, the current name, the first error.
public final class GraphBuilder {
  public private(set) var nodes: [Graph.Node] = []
  /// The first shape rule that was broken; what is written after it is not checked.
  public private(set) var error: GraphError?
  private var path: [String] = []

  init() {}

  /// Appends a node. `name` is put behind the current path; parameters use it as their last component.
  public func add(_ op: some Op, _ inputs: [Tensor], name: String = "") -> Tensor {
    let fullName = (name.isEmpty ? path : path + [name]).joined(separator: ".")
    return add(op, inputs, fullName: fullName)
  }

  func add(_ op: any Op, _ inputs: [Tensor], fullName: String) -> Tensor {
    var shape = inputs.first?.shape ?? []
    if error == nil {
      do throws(GraphError) {
        shape = try op.shape(inputs.map(\.shape))
        if shape.contains(where: { $0 < 1 }) || shape.checkedElementCount == nil {
          throw GraphError("the output would have the shape \(shape)")
        }
      } catch let found {
        error = GraphError("\(type(of: op).name): \(found.message)", node: fullName)
      }
    }
    nodes.append(Graph.Node(op: op, inputs: inputs.map(\.id), shape: shape, name: fullName))
    return Tensor(builder: self, id: nodes.count - 1, shape: shape)
  }

  /// States an error that no shape rule sees, such as an input size that the architecture does not allow.
  public func fail(_ message: String) {
    if error == nil { error = GraphError(message, node: path.joined(separator: ".")) }
  }

  /// Everything that `body` writes carries `name` as a further component of its name.
  public func scope<R>(_ name: String, _ body: () -> R) -> R {
    path.append(name)
    defer { path.removeLast() }
    return body()
  }
}
