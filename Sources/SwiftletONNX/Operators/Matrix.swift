import SwiftletGraph
public import SwiftletOps

extension MatMul: ONNXOperator {}

/// ONNX's takes matrices only; other arrays are multiplied by the weight's transpose.
extension Gemm: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    if onnx.inputShapes[0].rank == 2 { return onnx.apply("Gemm", onnx.inputs, ["transB": 1]) }
    let product = onnx.apply("MatMul", [onnx.inputs[0], onnx.transpose(onnx.inputs[1], [1, 0])])
    return onnx.inputs.count == 3 ? onnx.apply("Add", [product, onnx.inputs[2]]) : product
  }
}

extension Softmax: ONNXOperator {
  public var onnxAttributes: ONNXAttributes { ["axis": -1] }
}

/// softmax(q · kᵀ · scale) · v of each head: an operator of its own from set 23 on.
extension Attention: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let parts = onnx.inputs.indices.map { i in
      let x = onnx.inputShapes[i]
      let split = onnx.reshape(onnx.inputs[i], [x[0], x[1], heads, x[2] / heads])
      return onnx.transpose(split, i == 1 ? [0, 2, 3, 1] : [0, 2, 1, 3])
    }
    let scores = onnx.apply("Mul", [onnx.apply("MatMul", [parts[0], parts[1]]), onnx.constant(scale)])
    let weights = onnx.apply("Softmax", [scores], ["axis": -1])
    let mixed = onnx.apply("MatMul", [weights, parts[2]])
    return onnx.reshape(onnx.transpose(mixed, [0, 2, 1, 3]), onnx.shape)
  }
}
