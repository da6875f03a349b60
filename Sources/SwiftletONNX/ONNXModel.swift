import SwiftProtobuf
public import SwiftletGraph

/// A graph as ONNX: operator set 17, static shapes, an input named `input`, an output named `output` (or `output.0`, `output.1`, …).
/// Parameters are initializers of the same names; `write` brings them.
public struct ONNXModel: Sendable {
  public static let operatorSet = 17
  /// The version of the file format that goes with the operator set.
  static let formatVersion = 8

  let graph: Graph
  /// What no output needs, such as classifiers for training alone, is not written.
  package let parameters: [(name: String, shape: Shape)]
  /// All of the model but the parameters' values.
  package private(set) var message: ONNXModelProto

  /// - Parameters:
  ///   - name: of the graph, as in `mobilenetv2_100`.
  ///   - metadata: what a user of the file should know, as ONNX's `metadata_props`.
  /// - Throws: `GraphError` that names the operator which ONNX has no form for, or a name that two things have.
  public init(
    _ graph: Graph, name: String, metadata: KeyValuePairs<String, String> = [:]
  ) throws(GraphError) {
    let pruned = graph.pruned()
    self.graph = graph
    parameters = pruned.parameters.map { ($0.name, $0.shape) }
    let encoded = try Self.encode(pruned, name)
    message = .with {
      $0.irVersion = Int64(Self.formatVersion)
      $0.producerName = "Swiftlet"
      $0.opsetImport = [.with { $0.version = Int64(Self.operatorSet) }]
      $0.metadataProps = metadata.map { key, value in .with { ($0.key, $0.value) = (key, value) } }
      $0.graph = encoded
    }
  }

  private static func encode(_ graph: Graph, _ name: String) throws(GraphError) -> ONNXGraphProto {
    let outputs = graph.outputs.count == 1 ? ["output"] : graph.outputs.indices.map { "output.\($0)" }
    var onnx = ONNXWriter(reserving: try distinctNames(graph, outputs))
    var values: [String] = []
    for (id, node) in graph.nodes.enumerated() {
      switch node.op {
      case is Input, is Parameter: values.append(node.name)
      default:
        onnx.begin(node, node.inputs.map { values[$0] }, graph.inputShapes(id))
        values.append(try write(node, &onnx))
      }
    }
    var published: [String: String] = [:]
    for (id, output) in zip(graph.outputs, outputs) { onnx.publish(values[id], as: output, &published) }
    return .with {
      ($0.name, $0.node, $0.initializer) = (name, onnx.nodes, onnx.constants)
      $0.input = graph.inputs.map { .init(graph[$0].name, graph[$0].shape) }
      $0.output = zip(outputs, graph.outputs).map { .init($0, graph[$1].shape) }
    }
  }

  private static func write(_ node: Graph.Node, _ onnx: inout ONNXWriter) throws(GraphError) -> String {
    if let constant = node.op as? Constant { return onnx.constant(constant.value) }
    guard let op = node.op as? any ONNXOperator else {
      throw GraphError(
        "the operator \(type(of: node.op).name) has no form in ONNX; give it one with ONNXOperator", node: node.name)
    }
    return op.writeONNX(&onnx)
  }

  /// Names of inputs, parameters and outputs.
  private static func distinctNames(_ graph: Graph, _ outputs: [String]) throws(GraphError) -> Set<String> {
    var names: Set<String> = []
    for name in graph.inputs.map({ graph[$0].name }) + outputs + graph.parameters.map(\.name) {
      guard names.insert(name).inserted else {
        throw GraphError("two of the inputs, outputs and parameters have this name, which ONNX forbids", node: name)
      }
    }
    return names
  }
}

extension ONNXValueInfoProto {
  fileprivate init(_ name: String, _ shape: Shape) {
    self.init()
    self.name = name
    type.tensorType = .with {
      $0.elemType = Int32(ONNXTensorProto.DataType.float.rawValue)
      $0.shape.dim = shape.map { size in .with { $0.dimValue = Int64(size) } }
    }
  }
}
