import SwiftletGraph
import SwiftletONNX

/// What ONNX demands of a model, and what this one says about itself; empty where all of it holds.
func defects(of model: ONNXModelProto, parameters: [(name: String, shape: Shape)], from graph: Graph) -> [String] {
  var found: [String] = []
  func expect(_ isTrue: Bool, _ message: @autoclosure () -> String) { if !isTrue { found.append(message()) } }
  expect(model.irVersion == 8 && model.opsetImport.map(\.version) == [17], "versions")
  expect(model.graph.input.map(\.name) == ["input"], "input \(model.graph.input.map(\.name))")
  expect(model.graph.input.map(\.extents) == graph.inputs.map { graph[$0].shape }, "shape of the input")
  expect(model.graph.output.map(\.extents) == graph.outputs.map { graph[$0].shape }, "shapes of the outputs")

  var known = Set(["", "input"] + parameters.map(\.name) + model.graph.initializer.map(\.name))
  expect(known.count == 2 + parameters.count + model.graph.initializer.count, "two values have one name")
  var used: Set<String> = []
  for node in model.graph.node {
    expect(operatorSet17.contains(node.opType), "\(node.opType) is no operator of set 17")
    for input in node.input { expect(known.contains(input), "\(node.name) reads \(input) before it is written") }
    used.formUnion(node.input)
    for output in node.output { expect(known.insert(output).inserted, "\(output) is written twice") }
  }
  let outputs = model.graph.output.map(\.name)
  expect(outputs == (outputs.count == 1 ? ["output"] : outputs.indices.map { "output.\($0)" }), "\(outputs)")
  let written = Set(model.graph.node.flatMap(\.output))
  expect(written.isSuperset(of: outputs), "an output is not written")
  for name in parameters.map(\.name) + model.graph.initializer.map(\.name) {
    expect(used.contains(name), "nothing reads \(name)")
  }
  return found
}

extension ONNXValueInfoProto {
  var extents: Shape { Shape(type.tensorType.shape.dim.map { Int($0.dimValue) }) }
}

/// Those that are written.
private let operatorSet17: Set<String> = [
  "Add", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Conv", "DepthToSpace", "Div", "Elu", "Erf",
  "Expand", "Flatten", "Gather", "Gemm", "GlobalAveragePool", "GridSample", "HardSigmoid", "HardSwish", "Identity",
  "InstanceNormalization", "LRN", "LayerNormalization", "LeakyRelu", "MatMul", "MaxPool", "Mul", "Pad", "Pow",
  "ReduceL2", "ReduceMean", "ReduceSum", "Relu", "Reshape", "Resize", "Sigmoid", "Slice", "Softmax", "Softplus", "Sub",
  "Tanh", "Transpose",
]
