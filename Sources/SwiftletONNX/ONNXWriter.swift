import SwiftProtobuf
public import SwiftletGraph

/// What an operator writes its ONNX nodes into.
public struct ONNXWriter {
  /// The names of the values that the operator is applied to, and their shapes.
  public private(set) var inputs: [String] = []
  public private(set) var inputShapes: [Shape] = []
  /// The shape of the operator's value.
  public private(set) var shape: Shape = []

  private var scope = ""
  private var names: Set<String>
  private(set) var nodes: [ONNXNodeProto] = []
  private(set) var constants: [ONNXTensorProto] = []

  /// - Parameter names: those that no value may take.
  init(reserving names: Set<String>) { self.names = names }

  /// What is written from now on stands for `node`.
  mutating func begin(_ node: Graph.Node, _ inputs: [String], _ inputShapes: [Shape]) {
    (scope, shape) = (node.name, node.shape)
    (self.inputs, self.inputShapes) = (inputs, inputShapes)
  }

  /// Appends a node and returns the name of its value.
  /// - Parameter inputs: names of values; empty for an optional input that is left out.
  public mutating func apply(_ type: String, _ inputs: [String], _ attributes: ONNXAttributes = [:]) -> String {
    apply(type, inputs, attributes, output: unused(type))
  }

  /// Appends an array of integers and returns its name: what ONNX takes as an input rather than as an attribute.
  public mutating func constant(_ values: [Int]) -> String {
    add(
      .with {
        $0.dims = [Int64(values.count)]
        $0.dataType = Int32(ONNXTensorProto.DataType.int64.rawValue)
        $0.int64Data = values.map(Int64.init)
      })
  }

  /// Appends a scalar and returns its name.
  public mutating func constant(_ value: Float) -> String { constant(NDArray([], [value])) }

  /// Appends an array and returns its name.
  public mutating func constant(_ array: NDArray) -> String {
    var tensor = ONNXTensorProto(floats: array.shape, name: "")
    tensor.floatData = array.scalars
    return add(tensor)
  }

  private mutating func add(_ tensor: ONNXTensorProto) -> String {
    constants.append(tensor)
    let name = unused("constant")
    constants[constants.count - 1].name = name
    return name
  }

  /// Gives the value `name` of the graph the name `output`. An input of the graph keeps its name, and so does a value that has
  /// become an output before: an Identity passes these on.
  mutating func publish(_ value: String, as output: String, _ published: inout [String: String]) {
    guard published[value] == nil, let writer = nodes.lastIndex(where: { $0.output == [value] }) else {
      _ = apply("Identity", [published[value] ?? value], [:], output: output)
      return
    }
    published[value] = output
    nodes[writer].output = [output]
    for i in nodes.indices { nodes[i].input = nodes[i].input.map { $0 == value ? output : $0 } }
  }

  private mutating func apply(
    _ type: String, _ inputs: [String], _ attributes: ONNXAttributes, output: String
  ) -> String {
    nodes.append(
      .with {
        ($0.opType, $0.name, $0.input, $0.output) = (type, output, inputs, [output])
        $0.attribute = attributes.map { $1.message($0) }
      })
    return output
  }

  /// The name of a value that the current node writes, as in `features.0/Conv`; further ones are numbered.
  private mutating func unused(_ kind: String) -> String {
    let name = scope.isEmpty ? kind : "\(scope)/\(kind)"
    if names.insert(name).inserted { return name }
    var number = 1
    while !names.insert("\(name)_\(number)").inserted { number += 1 }
    return "\(name)_\(number)"
  }
}

extension ONNXTensorProto {
  /// The head of an array of 32-bit floats.
  init(floats shape: Shape, name: String) {
    self.init()
    self.name = name
    dims = shape.map(Int64.init)
    dataType = Int32(DataType.float.rawValue)
  }
}
