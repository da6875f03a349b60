import SwiftletGraph
public import SwiftletOps

extension Conv: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String { write(onnx.inputs, &onnx) }

  fileprivate func write(_ inputs: [String], _ onnx: inout ONNXWriter) -> String {
    let pads = window.pads.extended(by: window.overhang(onnx.inputShapes[0], onnx.shape))
    return onnx.apply(
      "Conv", inputs,
      [
        "kernel_shape": .integers(window.kernel), "strides": .integers(window.strides), "pads": .integers(pads.onnx),
        "dilations": .integers(window.dilations), "group": .integer(group),
      ])
  }
}

/// The kernels are a matrix product; each image is a group of channels of one image.
extension DynamicConv: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let (x, bank, batch) = (onnx.inputShapes[0], onnx.inputShapes[1], onnx.inputShapes[0][0])
    let rows = onnx.reshape(onnx.inputs[1], [bank[0], bank.elementCount / bank[0]])
    let mixed = onnx.apply("MatMul", [onnx.inputs[2], rows])
    let kernels = onnx.reshape(mixed, [batch * bank[1], bank[2], bank[3], bank[4]])
    let images = onnx.reshape(onnx.inputs[0], [1, batch * x[1], x[2], x[3]])
    return onnx.reshape(Conv(window, group: batch * group).write([images, kernels], &onnx), onnx.shape)
  }
}

/// The factors times a constant matrix of ones and zeros.
extension DiagonalKernel: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let ones = reference([NDArray(onnx.inputShapes[0], repeating: 1)])
    let factors = onnx.reshape(onnx.inputs[0], [onnx.shape[0], 1, 1, 1])
    return onnx.apply("Mul", [factors, onnx.constant(ones)])
  }
}

extension MaxPool: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let pads = window.pads.extended(by: window.overhang(onnx.inputShapes[0], onnx.shape))
    return onnx.apply(
      "MaxPool", onnx.inputs,
      [
        "kernel_shape": .integers(window.kernel), "strides": .integers(window.strides), "pads": .integers(pads.onnx),
        "dilations": .integers(window.dilations),
      ])
  }
}

/// Where padding counts and windows overhang it, the padding is a Pad: what lies beyond must not count.
extension AveragePool: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let overhang = window.overhang(onnx.inputShapes[0], onnx.shape)
    let isPaddedBefore = countIncludePad && overhang != .none
    let x = isPaddedBefore ? Pad(window.pads).writeONNX(&onnx) : onnx.inputs[0]
    let pads = isPaddedBefore ? overhang : window.pads.extended(by: overhang)
    return onnx.apply(
      "AveragePool", [x],
      [
        "kernel_shape": .integers(window.kernel), "strides": .integers(window.strides), "pads": .integers(pads.onnx),
        "count_include_pad": countIncludePad && !isPaddedBefore ? 1 : 0,
      ])
  }
}

extension Pad: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let ends = onnx.constant([0, 0, pads.top, pads.left, 0, 0, pads.bottom, pads.right])
    return onnx.apply("Pad", [onnx.inputs[0], ends, onnx.constant(value)], ["mode": "constant"])
  }
}

extension GlobalAveragePool: ONNXOperator {}

extension ReduceMean: ONNXOperator {
  public var onnxAttributes: ONNXAttributes { ["axes": .integers(axes), "keepdims": keepDimensions ? 1 : 0] }
}

extension ReduceL2: ONNXOperator {
  public var onnxAttributes: ONNXAttributes { ["axes": .integers(axes), "keepdims": keepDimensions ? 1 : 0] }
}

/// Its axes are an input, unlike those of its kin.
extension ReduceSum: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    onnx.apply("ReduceSum", [onnx.inputs[0], onnx.constant(axes)], ["keepdims": keepDimensions ? 1 : 0])
  }
}

extension Window {
  /// The rows and columns by which the last windows reach beyond the padding (`ceilMode`). Written as padding: engines disagree
  /// about ONNX's `ceil_mode`, and nobody about padding.
  fileprivate func overhang(_ input: Shape, _ output: Shape) -> Pads {
    func beyond(_ axis: Int, _ before: Int, _ after: Int) -> Int {
      let span = dilations[axis] * (kernel[axis] - 1) + 1
      return max(0, (output[axis + 2] - 1) * strides[axis] + span - (before + input[axis + 2] + after))
    }
    return Pads(bottom: beyond(0, pads.top, pads.bottom), right: beyond(1, pads.left, pads.right))
  }
}

extension Pads {
  fileprivate func extended(by other: Pads) -> Pads {
    Pads(top: top + other.top, left: left + other.left, bottom: bottom + other.bottom, right: right + other.right)
  }

  /// In ONNX's order: the begins of all axes, then the ends.
  fileprivate var onnx: [Int] { [top, left, bottom, right] }
}
