import SwiftProtobuf
import SwiftletGraph
import SwiftletONNX
import SwiftletOps
import SwiftletZoo
import Testing

/// What is written about a graph, without its weights.
@Suite struct EncodingTests {
  @Test(arguments: allModels.map(\.name)) func everyModelIsSound(_ name: String) throws {
    let model = try #require(allModels.first { $0.name == name })
    let graph = try model.graph(batch: 2, classes: model.isBackbone ? 0 : 7)
    let onnx = try ONNXModel(graph, name: name)
    let bytes: [UInt8] = try onnx.message.serializedBytes()
    let decoded = try ONNXModelProto(serializedBytes: bytes)
    #expect(decoded == onnx.message && decoded.graph.name == name)
    #expect(defects(of: decoded, parameters: onnx.parameters, from: graph) == [])
    let ours = Set(graph.parameters.map(\.name))
    #expect(!onnx.parameters.isEmpty && onnx.parameters.allSatisfy { ours.contains($0.name) })
  }

  @Test func everyOperatorHasAForm() throws {
    let without = allOps.filter { !($0 is any ONNXOperator.Type) }.map { $0.name }
    #expect(without == ["DeformRoIPool", "DeformPSRoIPool"])
    for sample in exportedSamples {
      let graph = try graph(of: sample)
      let onnx = try ONNXModel(graph, name: "sample")
      #expect(defects(of: onnx.message, parameters: onnx.parameters, from: graph) == [], "\(sample)")
    }
  }

  @Test func attributesAreThere() throws {
    let window = Window([3, 5], strides: [2, 1], pads: Pads(top: 1, left: 2, bottom: 0, right: 1), dilations: [1, 2])
    let node = try #require(
      try nodes([1, 6, 20, 20]) { x in x.apply(Conv(window, group: 3), x.parameter("w", [9, 2, 3, 5])) }.first)
    let attributes = Dictionary(uniqueKeysWithValues: node.attribute.map { ($0.name, $0) })
    #expect(node.opType == "Conv" && node.input == ["input", "w"] && node.output == ["output"])
    #expect(attributes["kernel_shape"]?.ints == [3, 5] && attributes["strides"]?.ints == [2, 1])
    #expect(attributes["pads"]?.ints == [1, 2, 0, 1] && attributes["dilations"]?.ints == [1, 2])
    #expect(attributes["group"]?.i == 3 && attributes["group"]?.type == .int)
  }

  /// 8 rows under windows of 3, 2 apart: the last one lies one row beyond the map.
  @Test func windowsBeyondTheMapArePadding() throws {
    let window = Window(3, stride: 2, ceilMode: true)
    func pads(_ node: ONNXNodeProto) -> [Int64]? { node.attribute.first { $0.name == "pads" }?.ints }
    #expect(try nodes([1, 4, 8, 9]) { $0.apply(MaxPool(window)) }.map(pads) == [[0, 0, 1, 0]])
    #expect(try nodes([1, 4, 8, 9]) { $0.apply(AveragePool(window)) }.map(pads) == [[0, 0, 1, 0]])
    let padded = Window(3, stride: 2, pad: 1, ceilMode: true)
    let counting = try nodes([1, 4, 8, 8]) { $0.apply(AveragePool(padded, countIncludePad: true)) }
    #expect(counting.map(\.opType) == ["Pad", "AveragePool"] && pads(counting[1]) == [0, 0, 1, 1])
    #expect(counting[1].attribute.first { $0.name == "count_include_pad" }?.i == 0)
  }

  @Test func whatOnlyTrainingNeedsIsLeftOut() throws {
    let graph = try Graph(input: [1, 4]) { x in
      _ = x.apply(Gemm(), x.parameter("auxiliary", [3, 4]))
      return [x.apply(Dropout(ratio: 0.5)).relu]
    }
    let onnx = try ONNXModel(graph, name: "")
    #expect(onnx.message.graph.node.map(\.opType) == ["Relu"] && onnx.parameters.isEmpty)
    #expect(onnx.message.graph.node[0].input == ["input"])
  }

  @Test func outputsOfEveryKindHaveTheirNames() throws {
    let graph = try Graph(input: [1, 4]) { x in
      let y = x.relu
      return [y, y, x, x.parameter("p", [4]), y.sigmoid]
    }
    let onnx = try ONNXModel(graph, name: "")
    #expect(onnx.message.graph.output.map(\.name) == (0..<5).map { "output.\($0)" })
    #expect(onnx.message.graph.node.map(\.opType) == ["Relu", "Sigmoid", "Identity", "Identity", "Identity"])
    #expect(onnx.message.graph.node[1].input == ["output.0"])
    #expect(defects(of: onnx.message, parameters: onnx.parameters, from: graph) == [])
  }

  @Test func namesOfValuesAreDistinct() throws {
    let names = try nodes([1, 4]) { x in x.scoped("a") { $0.relu.relu }.relu.relu }.flatMap(\.output)
    #expect(names == ["a/Relu", "a/Relu_1", "Relu", "output"])
  }

  @Test func anOperatorWithoutAFormIsNamed() throws {
    let graph = try Graph(input: [1, 4]) { x in [x.scoped("head") { $0.apply(Foreign()) }] }
    let error = #expect(throws: GraphError.self) { try ONNXModel(graph, name: "") }
    #expect(error?.node == "head" && error?.message.contains("Foreign") == true)
  }

  @Test func namesThatTwoThingsHaveAreErrors() throws {
    let graph = try Graph(input: [1, 4]) { x in [x + x.parameter("output", [4])] }
    let error = #expect(throws: GraphError.self) { try ONNXModel(graph, name: "") }
    #expect(error?.node == "output")
  }

  private func nodes(_ input: Shape, _ body: (Tensor) -> Tensor) throws -> [ONNXNodeProto] {
    try ONNXModel(Graph(input: input) { [body($0)] }, name: "").message.graph.node
  }
}

/// Those of operators that have a form.
let exportedSamples = allOps.filter { $0 is any ONNXOperator.Type }.flatMap { $0.samples }

/// The operator applied to an input and to parameters.
func graph(of sample: Sample) throws -> Graph {
  try Graph(input: sample.inputs[0]) { x in
    let others = sample.inputs.indices.dropFirst().map { x.parameter("p\($0)", sample.inputs[$0]) }
    func apply(_ op: some Op) -> Tensor { x.builder.add(op, [x] + others) }
    let y = apply(sample.op)
    return [y]
  }
}

private struct Foreign: Unary {
  static let name = "Foreign"
  static let samples: [Sample] = []
  func formula(_ x: Double) -> Double { x }
}
