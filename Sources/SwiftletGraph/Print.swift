extension Graph: CustomStringConvertible {
  /// One line a node: `%7 = Conv(%0, conv.weight) [1, 32, 112, 112]  features.0`, parameters left out.
  public var description: String {
    var lines: [String] = []
    for (id, node) in nodes.enumerated() where !(node.op is Parameter) {
      let inputs = node.inputs.map { nodes[$0].op is Parameter ? nodes[$0].name : "%\($0)" }
      lines.append(
        "%\(id) = \(Self.title(node.op))(\(inputs.joined(separator: ", "))) \(node.shape)"
          + (node.name.isEmpty ? "" : "  # \(node.name)"))
    }
    lines.append("return " + outputs.map { "%\($0)" }.joined(separator: ", "))
    return lines.joined(separator: "\n")
  }

  /// The operator and its attributes, as in `Conv{strides: [2, 2]}`; long arrays are left out.
  static func title(_ op: any Op) -> String {
    if op is Input || op is Constant { return type(of: op).name }
    let attributes = Mirror(reflecting: op).children.compactMap { child -> String? in
      child.label.map { "\($0): \(child.value)" }
    }
    return type(of: op).name + (attributes.isEmpty ? "" : "{" + attributes.joined(separator: ", ") + "}")
  }
}
