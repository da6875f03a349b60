/// What is wrong with a graph, and where.
public struct GraphError: Error, Hashable, CustomStringConvertible {
  /// What was found and what was expected.
  public var message: String
  /// The name of the node at fault, as in `features.1.conv`; empty where none is.
  public var node: String

  public init(_ message: String, node: String = "") {
    self.message = message
    self.node = node
  }

  public var description: String { node.isEmpty ? message : "\(node): \(message)" }
}
