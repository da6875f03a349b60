import SwiftletGraph
public import SwiftletOps

extension BatchNormalization: ONNXOperator {
  public var onnxAttributes: ONNXAttributes { ["epsilon": .number(epsilon)] }
}

extension LayerNormalization: ONNXOperator {
  public var onnxAttributes: ONNXAttributes { ["axis": -1, "epsilon": .number(epsilon)] }
}

/// Groups as the channels of an InstanceNormalization, then scale and bias: right in ONNX from set 21 on.
extension GroupNormalization: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let (batch, channels) = (onnx.shape[0], onnx.shape[1])
    let grouped = onnx.reshape(onnx.inputs[0], [batch, groups, onnx.shape.elementCount / (batch * groups)])
    let (ones, zeros) = (NDArray([groups], repeating: 1), NDArray([groups]))
    let normal = onnx.apply(
      "InstanceNormalization", [grouped, onnx.constant(ones), onnx.constant(zeros)], ["epsilon": .number(epsilon)])
    let broadcast = Shape([channels] + onnx.shape.dropFirst(2).map { _ in 1 })
    let (scale, bias) = (onnx.reshape(onnx.inputs[1], broadcast), onnx.reshape(onnx.inputs[2], broadcast))
    let scaled = onnx.apply("Mul", [onnx.reshape(normal, onnx.shape), scale])
    return onnx.apply("Add", [scaled, bias])
  }
}

/// ONNX Runtime refuses sums over an even number of channels: these are means over the rows of a map, padded with zeros.
extension LRN: ONNXOperator {
  public var onnxAttributes: ONNXAttributes {
    ["alpha": .number(alpha), "beta": .number(beta), "bias": .number(bias), "size": .integer(size)]
  }

  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    if size % 2 == 1 { return onnx.apply("LRN", onnx.inputs, onnxAttributes) }
    let (x, shape) = (onnx.inputs[0], onnx.shape)
    let rows = onnx.reshape(onnx.apply("Mul", [x, x]), [shape[0], 1, shape[1], shape[2] * shape[3]])
    let means = onnx.apply(
      "AveragePool", [rows],
      [
        "kernel_shape": .integers([size, 1]), "pads": .integers([(size - 1) / 2, 0, size / 2, 0]),
        "count_include_pad": 1,
      ])
    let scaled = onnx.apply("Mul", [onnx.reshape(means, shape), onnx.constant(alpha)])
    let divisor = onnx.apply("Pow", [onnx.apply("Add", [scaled, onnx.constant(bias)]), onnx.constant(beta)])
    return onnx.apply("Div", [x, divisor])
  }
}

/// Its formula, part by part.
extension SimAM: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let x = onnx.inputs[0]
    let mean = onnx.apply("ReduceMean", [x], ["axes": .integers([2, 3])])
    let deviation = onnx.apply("Sub", [x, mean])
    let squared = onnx.apply("Mul", [deviation, deviation])
    let sum = onnx.apply("ReduceSum", [squared, onnx.constant([2, 3])])
    let quotient = Float(4) / Float(max(1, onnx.shape[2] * onnx.shape[3] - 1))
    let scaled = onnx.apply("Mul", [sum, onnx.constant(quotient)])
    let divisor = onnx.apply("Add", [scaled, onnx.constant(4 * lambda)])
    let energy = onnx.apply("Add", [onnx.apply("Div", [squared, divisor]), onnx.constant(0.5)])
    return onnx.apply("Mul", [x, onnx.apply("Sigmoid", [energy])])
  }
}
