import SwiftletGraph
public import SwiftletOps

extension Relu: ONNXOperator {}
extension Sigmoid: ONNXOperator {}
extension Tanh: ONNXOperator {}
extension HardSwish: ONNXOperator {}
extension Add: ONNXOperator {}
extension Sub: ONNXOperator {}
extension Mul: ONNXOperator {}
extension Div: ONNXOperator {}

extension LeakyRelu: ONNXOperator {
  public var onnxAttributes: ONNXAttributes { ["alpha": .number(alpha)] }
}

extension Elu: ONNXOperator {
  public var onnxAttributes: ONNXAttributes { ["alpha": .number(alpha)] }
}

extension HardSigmoid: ONNXOperator {
  public var onnxAttributes: ONNXAttributes { ["alpha": .number(alpha), "beta": .number(beta)] }
}

extension Clip: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    onnx.apply("Clip", [onnx.inputs[0], onnx.constant(min), onnx.constant(max)])
  }
}

/// x · sigmoid(x): an operator of its own from set 24 on.
extension Swish: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    onnx.apply("Mul", [onnx.inputs[0], onnx.apply("Sigmoid", onnx.inputs)])
  }
}

/// x · tanh(softplus(x)): an operator of its own from set 18 on.
extension Mish: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let softplus = onnx.apply("Softplus", onnx.inputs)
    return onnx.apply("Mul", [onnx.inputs[0], onnx.apply("Tanh", [softplus])])
  }
}

/// x · (1 + s) · 1/2, s being erf(x / √2) or tanh(√(2/π) · (x + 0.044715 · x³)): an operator of its own from set 20 on.
extension Gelu: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let x = onnx.inputs[0]
    let s =
      switch approximate {
      case .none: onnx.apply("Erf", [onnx.apply("Div", [x, onnx.constant(Float(2).squareRoot())])])
      case .tanh: onnx.apply("Tanh", [tanhArgument(x, &onnx)])
      }
    let factor = onnx.apply("Add", [s, onnx.constant(1)])
    return onnx.apply("Mul", [onnx.apply("Mul", [x, factor]), onnx.constant(0.5)])
  }

  private func tanhArgument(_ x: String, _ onnx: inout ONNXWriter) -> String {
    let cube = onnx.apply("Pow", [x, onnx.constant(3)])
    let sum = onnx.apply("Add", [x, onnx.apply("Mul", [cube, onnx.constant(0.044715)])])
    return onnx.apply("Mul", [sum, onnx.constant((2 / Float.pi).squareRoot())])
  }
}

/// Nothing: only training drops anything.
extension Dropout: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String { onnx.inputs[0] }
}

/// Nothing: only training drops anything.
extension DropPath: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String { onnx.inputs[0] }
}
