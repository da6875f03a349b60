import SwiftletGraph
public import SwiftletOps

// Deformable operators read maps between pixels: ONNX's GridSample, which takes places as shares of the map, −1…1 from edge to
// edge. (DeformConv is an operator of its own from set 19 on, which few engines have.)

/// What each tap sees, then a convolution over the taps.
extension DeformConv: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let (x, w, out) = (onnx.inputShapes[0], onnx.inputShapes[1], onnx.shape)
    let (maps, pixels, taps) = (x[0] * offsetGroup, out[2] * out[3], w[2] * w[3])
    let split = onnx.reshape(onnx.inputs[2], [maps, taps, 2, pixels])
    // Offsets are down, right; GridSample's places are right, down: so it gets maps with rows and columns exchanged.
    let turned = onnx.transpose(onnx.reshape(onnx.inputs[0], [maps, x[1] / offsetGroup, x[2], x[3]]), [0, 1, 3, 2])
    let places = NDArray([pixels, taps, 2]) { i in
      let (pixel, tap) = (i / 2 / taps, i / 2 % taps)
      return i % 2 == 0
        ? share(window.place(pixel / out[3], tap / w[3], 0), of: x[2])
        : share(window.place(pixel % out[3], tap % w[3], 1), of: x[3])
    }
    let steps = NDArray([2], [2 / Float(x[2]), 2 / Float(x[3])])
    var seen = onnx.sample(turned, onnx.transpose(split, [0, 3, 1, 2]), steps, places)
    if onnx.inputs.count == 5 {
      let mask = onnx.transpose(onnx.reshape(onnx.inputs[4], [maps, 1, taps, pixels]), [0, 1, 3, 2])
      seen = onnx.apply("Mul", [seen, mask])
    }
    let columns = onnx.reshape(seen, [x[0], x[1], pixels, taps])
    let kernel = onnx.reshape(onnx.inputs[1], [w[0], w[1], 1, taps])
    let bias = onnx.inputs.count > 3 ? [onnx.inputs[3]] : []
    let mixed = onnx.apply(
      "Conv", [columns, kernel] + bias, ["kernel_shape": .integers([1, taps]), "group": .integer(group)])
    return onnx.reshape(mixed, out)
  }
}

extension DCNv3: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String { write(onnx.inputs[1], onnx.inputs[2], &onnx) }

  /// - Parameters:
  ///   - offset: `[batch, …, group · taps · 2]` or its like, split further.
  ///   - mask: the same without the 2.
  fileprivate func write(_ offset: String, _ mask: String, _ onnx: inout ONNXWriter) -> String {
    let (x, out) = (onnx.inputShapes[0], onnx.shape)
    let (maps, pixels, taps) = (x[0] * group, out[1] * out[2], window.kernel[0] * window.kernel[1])
    let planar = onnx.reshape(onnx.transpose(onnx.inputs[0], [0, 3, 1, 2]), [maps, x[3] / group, x[1], x[2]])
    let offsets = onnx.transpose(onnx.reshape(offset, [x[0], pixels, group, 2 * taps]), [0, 2, 1, 3])
    let weights = onnx.transpose(onnx.reshape(mask, [x[0], pixels, group, taps]), [0, 2, 1, 3])
    let places = NDArray([pixels, taps, 2]) { i in
      let (pixel, tap) = (i / 2 / taps, i / 2 % taps)
      return i % 2 == 0
        ? share(place(pixel % out[2], tap / window.kernel[0], 1), of: x[2])
        : share(place(pixel / out[2], tap % window.kernel[0], 0), of: x[1])
    }
    let steps = NDArray([2], [2 * offsetScale / Float(x[2]), 2 * offsetScale / Float(x[1])])
    let seen = onnx.sample(planar, onnx.reshape(offsets, [maps, pixels, taps, 2]), steps, places)
    let weighed = onnx.apply("Mul", [seen, onnx.reshape(weights, [maps, 1, pixels, taps])])
    let sum = onnx.apply("ReduceSum", [weighed, onnx.constant([3])])
    return onnx.transpose(onnx.reshape(sum, [x[0], x[3], out[1], out[2]]), [0, 2, 3, 1])
  }

  /// Where tap `k` of output `o` lies along an axis: around the window's middle, `offsetScale` times as far from it.
  private func place(_ o: Int, _ k: Int, _ axis: Int) -> Float {
    let middle = Float(window.dilations[axis] * (window.kernel[axis] - 1) / 2)
    return window.place(o, 0, axis) + middle + offsetScale * (Float(k * window.dilations[axis]) - middle)
  }
}

/// Its second input cut into offsets and weights.
extension DCNv4: ONNXOperator {
  public func writeONNX(_ onnx: inout ONNXWriter) -> String {
    let (taps, pixels) = (window.kernel[0] * window.kernel[1], onnx.inputShapes[1].dropLast().reduce(1, *))
    func slice(_ x: String, _ axis: Int, _ range: Range<Int>) -> String {
      let bounds = [range.lowerBound, range.upperBound, axis].map { onnx.constant([$0]) }
      return onnx.apply("Slice", [x] + bounds)
    }
    let used = onnx.reshape(slice(onnx.inputs[1], 3, 0..<3 * taps * group), [pixels, group, 3 * taps])
    let (offset, mask) = (slice(used, 2, 0..<2 * taps), slice(used, 2, 2 * taps..<3 * taps))
    return DCNv3(window, group: group, offsetScale: offsetScale).write(offset, mask, &onnx)
  }
}

extension ONNXWriter {
  /// Maps `[maps, channels, height, width]` read at `places + steps · offsets`, `[maps, pixels, taps, 2]`; 0 outside.
  fileprivate mutating func sample(
    _ maps: String, _ offsets: String, _ steps: NDArray, _ places: NDArray
  ) -> String {
    let grid = apply("Add", [apply("Mul", [offsets, constant(steps)]), constant(places)])
    return apply(
      "GridSample", [maps, grid], ["mode": "bilinear", "padding_mode": "zeros", "align_corners": 0])
  }
}

extension Window {
  /// The row (axis 0) or column (axis 1) that tap `k` of output `o` reads.
  fileprivate func place(_ o: Int, _ k: Int, _ axis: Int) -> Float {
    Float(o * strides[axis] - (axis == 0 ? pads.top : pads.left) + k * dilations[axis])
  }
}

/// A row or column in GridSample's measure.
private func share(_ place: Float, of size: Int) -> Float { (2 * place + 1) / Float(size) - 1 }
