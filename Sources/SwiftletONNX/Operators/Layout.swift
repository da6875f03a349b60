import SwiftletGraph
public import SwiftletOps

extension Concat: ONNXOperator {
  public var onnxAttributes: ONNXAttributes { ["axis": .integer(axis)] }
}

extension Flatten: ONNXOperator {
  public var onnxAttributes: ONNXAttributes { ["axis": .integer(axis)] }
}

extension Transpose: ONNXOperator {
  public var onnxAttributes: ONNXAttributes { ["perm": .integers(permutation)] }
}

extension DepthToSpace: ONNXOperator {
  public var onnxAttributes: ONNXAttributes { ["blocksize": .integer(blockSize), "mode": "CRD"] }
}

extension Reshape: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String { onnx.reshape(onnx.inputs[0], extents) }
}

extension Expand: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    onnx.apply("Expand", [onnx.inputs[0], onnx.constant(extents.dimensions)])
  }
}

/// Indices are floats here: those beyond the axis become its nearest end, then all become integers.
extension Gather: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let last = Float(onnx.inputShapes[0][axis] - 1)
    let inside = onnx.apply("Clip", [onnx.inputs[1], onnx.constant(0), onnx.constant(last)])
    let type = ONNXAttribute.integer(ONNXTensorProto.DataType.int64.rawValue)
    let indices = onnx.apply("Cast", [inside], ["to": type])
    return onnx.apply("Gather", [onnx.inputs[0], indices], ["axis": .integer(axis)])
  }
}

extension Slice: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let bounds = [start, end, axis, step].map { onnx.constant([$0]) }
    return onnx.apply("Slice", [onnx.inputs[0]] + bounds)
  }
}

/// Channels as two dimensions, transposed.
extension ChannelShuffle: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let (batch, channels, height, width) = (onnx.shape[0], onnx.shape[1], onnx.shape[2], onnx.shape[3])
    let split = onnx.reshape(onnx.inputs[0], [batch, groups, channels / groups, height, width])
    return onnx.reshape(onnx.transpose(split, [0, 2, 1, 3, 4]), onnx.shape)
  }
}

extension Resize: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    onnx.apply(
      "Resize", [onnx.inputs[0], "", "", onnx.constant(onnx.shape.dimensions)],
      [
        "mode": .text(mode.rawValue), "coordinate_transformation_mode": .text(coordinates.rawValue),
        "nearest_mode": "floor",
      ])
  }
}

extension ONNXWriter {
  mutating func reshape(_ x: String, _ shape: Shape) -> String { apply("Reshape", [x, constant(shape.dimensions)]) }
  mutating func transpose(_ x: String, _ order: [Int]) -> String { apply("Transpose", [x], ["perm": .integers(order)]) }
}
