/// What one node of a network costs, or several that are shown as one row.
public struct LayerReport: Codable, Hashable, Sendable {
  /// Where the network wrote it, as in `features.1.conv.0`; empty at the top.
  public var name: String
  /// The operator, in ONNX's words; of several nodes the number of each, as in `2 Conv, Clip`.
  public var op: String
  /// The extents of the output; of several nodes, of the last.
  public var outputShape: [Int]
  /// Learned scalars, counted at the first node that reads them. Running statistics are not learned.
  public var parameters: Int
  /// Multiply-adds of convolutions and linear layers, and of products of two activations.
  public var multiplyAdds: Int
  /// Bytes of the output; 0 where it is the input under another shape, or does not depend on the network's input.
  public var activationBytes: Int
  /// Bytes of the learned arrays and running statistics, counted where `parameters` are.
  public var weightBytes: Int
}

extension [LayerReport] {
  /// One row for all nodes that share the first `depth` components of their names, in order of their first appearance.
  public func grouped(depth: Int) -> [LayerReport] {
    var order: [String] = []
    var rows: [String: [LayerReport]] = [:]
    for layer in self {
      let prefix = layer.name.split(separator: ".").prefix(depth).joined(separator: ".")
      if rows[prefix] == nil { order.append(prefix) }
      rows[prefix, default: []].append(layer)
    }
    return order.map { LayerReport($0, joining: rows[$0]!) }
  }
}

extension LayerReport {
  /// - Precondition: there is at least one part.
  fileprivate init(_ name: String, joining parts: [LayerReport]) {
    self.name = name
    var order: [String] = []
    var counts: [String: Int] = [:]
    for part in parts {
      if counts[part.op] == nil { order.append(part.op) }
      counts[part.op, default: 0] += 1
    }
    op = order.map { counts[$0] == 1 ? $0 : "\(counts[$0]!) \($0)" }.joined(separator: ", ")
    outputShape = parts[parts.count - 1].outputShape
    parameters = parts.reduce(0) { $0 + $1.parameters }
    multiplyAdds = parts.reduce(0) { $0 + $1.multiplyAdds }
    activationBytes = parts.reduce(0) { $0 + $1.activationBytes }
    weightBytes = parts.reduce(0) { $0 + $1.weightBytes }
  }
}
