import SwiftletGraph
import SwiftletOps
import Testing

/// Small cases with the answers of another implementation, ONNX Runtime 1.31 (CPU, float32).
///
/// Its pools that round up agree with PyTorch's: no window starts beyond the map, and a mean that counts padding does not count
/// what lies beyond it.
@Suite struct ExampleTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let op: any Op
    let inputs: [NDArray]
    let output: NDArray

    init(_ title: String, _ op: some Op, _ inputs: [NDArray], _ shape: Shape, _ scalars: [Float]) {
      (testDescription, self.op, self.inputs) = ("\(type(of: op).name): \(title)", op, inputs)
      output = NDArray(shape, scalars)
    }
  }

  /// Eighths between -11/8 and 11/8 in an order that depends on `step`.
  static func numbers(_ shape: Shape, _ step: Int) -> NDArray { NDArray(shape) { Float($0 * step % 23 - 11) / 8 } }

  @Test(arguments: examples) func equals(_ example: Example) throws {
    #expect(try example.op.shape(example.inputs.map(\.shape)) == example.output.shape)
    #expect(example.op.reference(example.inputs).relativeError(to: example.output) < 2e-6)
  }

  static let examples = [
    Example(
      "two groups, strides 2 and 1, dilation 2 across, uneven pads",
      Conv(Window([2, 2], strides: [2, 1], pads: Pads(top: 1, right: 1), dilations: [1, 2]), group: 2),
      [numbers([1, 2, 5, 4], 7), numbers([2, 1, 2, 2], 5), numbers([2], 3)], [1, 2, 3, 3],
      [
        -1.015625, -0.6875, -1.421875, -1.703125, -1.078125, -2.59375, -1.734375, -2.90625, -0.515625, -0.359375,
        -1.046875, -1.3125, -3.15625, -0.25, 0.90625, -0.390625, -2.515625, -1.546875,
      ]),
    Example(
      "stored statistics", BatchNormalization(epsilon: 1e-3),
      [numbers([1, 3, 2, 2], 7), numbers([3], 5), numbers([3], 3), numbers([3], 2), NDArray([3], [0.25, 1, 2.25])],
      [1, 3, 2, 2],
      [
        -1.375, -3.77645206, -6.17790413, -8.57935619, -1.28110945, -1.93703163, -2.59295368, -1.09370315, -0.687486112,
        -0.760386586, -0.593756914, -0.666657388,
      ]),
    Example(
      "window 3, stride 2, pad 0, rounded up", MaxPool(Window(3, stride: 2, ceilMode: true)),
      [numbers([1, 1, 6, 5], 7)], [1, 1, 3, 2], [1, 1.375, 1.125, 1.375, 1.25, 1]),
    Example(
      "window 3, stride 2, pad 0, rounded up, padding does not count",
      AveragePool(Window(3, stride: 2, ceilMode: true), countIncludePad: false), [numbers([1, 1, 6, 5], 7)],
      [1, 1, 3, 2], [-0.277777791, 0.194444448, -0.152777776, 0, 0.020833334, -0.145833328]),
    Example(
      "window 3, stride 2, pad 0, rounded up, padding counts",
      AveragePool(Window(3, stride: 2, ceilMode: true), countIncludePad: true), [numbers([1, 1, 6, 5], 7)],
      [1, 1, 3, 2], [-0.277777791, 0.194444448, -0.152777776, 0, 0.020833334, -0.145833328]),
    Example(
      "window 3, stride 2, pad 1, rounded up", MaxPool(Window(3, stride: 2, pad: 1, ceilMode: true)),
      [numbers([1, 1, 6, 5], 7)], [1, 1, 4, 3], [1, 1.25, 1.25, 1.125, 1.375, 1.375, 1.25, 1.25, 1, 1.25, 1.25, 1]),
    Example(
      "window 3, stride 2, pad 1, rounded up, padding does not count",
      AveragePool(Window(3, stride: 2, pad: 1, ceilMode: true), countIncludePad: false), [numbers([1, 1, 6, 5], 7)],
      [1, 1, 4, 3],
      [
        -0.1875, 0.166666672, 0.28125, 0.145833328, 0.180555552, 0.375, 0.270833343, -0.013888889, 0.020833334, 0.8125,
        0.208333328, 0.5625,
      ]),
    Example(
      "window 3, stride 2, pad 1, rounded up, padding counts",
      AveragePool(Window(3, stride: 2, pad: 1, ceilMode: true), countIncludePad: true), [numbers([1, 1, 6, 5], 7)],
      [1, 1, 4, 3],
      [
        -0.0833333358, 0.111111112, 0.125, 0.0972222239, 0.180555552, 0.25, 0.180555552, -0.013888889, 0.013888889,
        0.270833343, 0.104166664, 0.1875,
      ]),
    Example(
      "window 2, stride 3, pad 1, rounded up", MaxPool(Window(2, stride: 3, pad: 1, ceilMode: true)),
      [numbers([1, 1, 6, 5], 7)], [1, 1, 3, 2], [-1.375, 1.25, 0.25, 1.375, 0.375, 0.125]),
    Example(
      "window 2, stride 3, pad 1, rounded up, padding does not count",
      AveragePool(Window(2, stride: 3, pad: 1, ceilMode: true), countIncludePad: false), [numbers([1, 1, 6, 5], 7)],
      [1, 1, 3, 2], [-1.375, 0.8125, -0.5, 0.25, 0.375, -0.3125]),
    Example(
      "window 2, stride 3, pad 1, rounded up, padding counts",
      AveragePool(Window(2, stride: 3, pad: 1, ceilMode: true), countIncludePad: true), [numbers([1, 1, 6, 5], 7)],
      [1, 1, 3, 2], [-0.34375, 0.40625, -0.25, 0.25, 0.09375, -0.15625]),
    Example(
      "to 4x5, linear, half_pixel", Resize(height: 4, width: 5, mode: .linear, coordinates: .halfPixel),
      [numbers([1, 1, 2, 3], 7)], [1, 1, 4, 5],
      [
        -1.375, -1.02499998, -0.5, 0.0250001252, 0.375, -0.71875, -0.65624994, -0.5625, -0.0374998674, 0.3125, 0.59375,
        0.081249997, -0.6875, -0.162499875, 0.1875, 1.25, 0.449999899, -0.75, -0.22499986, 0.125,
      ]),
    Example(
      "to 3x5, linear, align_corners", Resize(height: 3, width: 5, mode: .linear, coordinates: .alignCorners),
      [numbers([1, 1, 2, 3], 7)], [1, 1, 3, 5],
      [
        -1.375, -0.9375, -0.5, -0.0625, 0.375, -0.0625, -0.34375, -0.625, -0.1875, 0.25, 1.25, 0.25, -0.75, -0.3125,
        0.125,
      ]),
    Example(
      "to 4x5, linear, asymmetric", Resize(height: 4, width: 5, mode: .linear, coordinates: .asymmetric),
      [numbers([1, 1, 2, 3], 7)], [1, 1, 4, 5],
      [
        -1.375, -0.849999964, -0.324999958, 0.200000048, 0.375, -0.0625, -0.400000006, -0.449999988, 0.0750000551, 0.25,
        1.25, 0.0499999672, -0.574999988, -0.0499999374, 0.125, 1.25, 0.0499999672, -0.574999988, -0.0499999374, 0.125,
      ]),
    Example(
      "to 4x5, nearest, asymmetric", Resize(height: 4, width: 5, mode: .nearest, coordinates: .asymmetric),
      [numbers([1, 1, 2, 3], 7)], [1, 1, 4, 5],
      [
        -1.375, -1.375, -0.5, -0.5, 0.375, -1.375, -1.375, -0.5, -0.5, 0.375, 1.25, 1.25, -0.75, -0.75, 0.125, 1.25,
        1.25, -0.75, -0.75, 0.125,
      ]),
    Example(
      "to 1x2, linear, half_pixel", Resize(height: 1, width: 2, mode: .linear, coordinates: .halfPixel),
      [numbers([1, 1, 2, 3], 7)], [1, 1, 1, 2], [-0.203125, 0.03125]),
    Example(
      "Gelu", Gelu(), [numbers([9], 19)], [9],
      [-0.116277874, 0.841344714, 0.345731229, 0, -0.154268771, -0.158655256, 1.25872207, 0.708061397, 0.242313668]),
    Example(
      "Gelu by tanh", Gelu(approximate: .tanh), [numbers([9], 19)], [9],
      [-0.116511412, 0.841192007, 0.345714003, 0, -0.154285997, -0.158807963, 1.25848854, 0.707952738, 0.242307767]),
    Example(
      "HardSwish", HardSwish(), [numbers([9], 19)], [9],
      [-0.372395813, 0.666666687, 0.291666657, 0, -0.208333328, -0.333333313, 1.00260425, 0.565104187, 0.2109375]),
    Example(
      "Mish", Mish(), [numbers([9], 19)], [9],
      [-0.304797471, 0.865098476, 0.375245243, 0, -0.220743775, -0.30340144, 1.26737964, 0.735583961, 0.268268555]),
    Example(
      "HardSigmoid", HardSigmoid(), [numbers([9], 19)], [9],
      [0.270833313, 0.666666687, 0.583333313, 0.5, 0.416666657, 0.333333313, 0.729166687, 0.645833373, 0.5625]),
    Example(
      "Elu", Elu(), [numbers([9], 19)], [9], [-0.747160435, 1, 0.5, 0, -0.393469334, -0.63212055, 1.375, 0.875, 0.375]),
    Example(
      "LeakyRelu", LeakyRelu(alpha: 0.1), [numbers([9], 19)], [9],
      [-0.137500003, 1, 0.5, 0, -0.0500000007, -0.100000001, 1.375, 0.875, 0.375]),
    Example(
      "Sigmoid", Sigmoid(), [numbers([9], 19)], [9],
      [0.201813221, 0.731058598, 0.622459292, 0.5, 0.377540708, 0.268941432, 0.798186779, 0.705785036, 0.592666626]),
    Example(
      "Tanh", Tanh(), [numbers([9], 19)], [9],
      [-0.879826665, 0.761594176, 0.462117165, 0, -0.462117165, -0.761594176, 0.879826665, 0.703905642, 0.3583574]),
    Example(
      "Swish", Swish(), [numbers([9], 19)], [9],
      [-0.277493179, 0.731058598, 0.311229646, 0, -0.188770354, -0.268941432, 1.09750676, 0.617561936, 0.222249985]),
    Example(
      "rows of four", LayerNormalization(), [numbers([3, 4], 7), numbers([4], 5), numbers([4], 3)], [3, 4],
      [
        0.46974647, -0.664591551, -0.680901408, 0.420816898, -0.338269353, -1.26786339, -0.808536053, -0.785726845,
        -1.61618853, -2.05245924, -0.449590147, -0.337704957,
      ]),
    Example(
      "rows of five", Softmax(), [numbers([2, 5], 7)], [2, 5],
      [
        0.0402798653, 0.0966263786, 0.231794626, 0.556046426, 0.0752526969, 0.156971708, 0.376555562, 0.0509612523,
        0.122249693, 0.293261766,
      ]),
    Example(
      "with bias", Gemm(), [numbers([2, 3], 7), numbers([4, 3], 5), numbers([4], 3)], [2, 4],
      [0.84375, -2.671875, 0.28125, -1.796875, -2.546875, -1.359375, -1.25, 2.09375]),
    Example(
      "two products", MatMul(), [numbers([2, 2, 3], 7), numbers([2, 3, 2], 5)], [2, 2, 2],
      [2.375, 0.359375, -1.484375, -1.453125, -1.140625, -1.21875, -0.984375, -1.53125]),
    Example(
      "two heads, three tokens look at two", Attention(heads: 2, scale: 0.5),
      [numbers([1, 3, 4], 7), numbers([1, 2, 4], 5), numbers([1, 2, 6], 3)], [1, 3, 6],
      [
        -1.00483799, -0.62983799, -0.727822781, -0.515257478, -0.140257478, 0.234742492, -0.752446353, -0.377446353,
        -0.797931612, -0.5625, -0.1875, 0.1875, -0.415776461, -0.040776439, -0.891451001, -0.609742463, -0.234742492,
        0.140257478,
      ]),
    Example(
      "blocks of two", DepthToSpace(blockSize: 2), [numbers([1, 8, 1, 2], 7)], [1, 2, 2, 4],
      [-1.375, 0.375, -0.5, 1.25, -0.75, 1, 0.125, -1, -0.125, -1.25, 0.75, -0.375, 0.5, -0.625, 1.375, 0.25]),
    Example(
      "over the middle dimension", ReduceMean(axes: [1], keepDimensions: false), [numbers([2, 3, 3], 7)], [2, 3],
      [0.291666657, -0.75, 0.125, 0.5, 0.416666657, -0.625]),
    Example(
      "one row above, two columns to the right", Pad(Pads(top: 1, right: 2), value: -1), [numbers([1, 1, 2, 2], 7)],
      [1, 1, 3, 4], [-1, -1, -1, -1, -1.375, -0.5, -1, -1, 0.375, 1.25, -1, -1]),
    Example(
      "every second from 1 on", Slice(axis: 1, start: 1, end: 5, step: 2), [numbers([2, 5], 7)], [2, 2],
      [-0.5, 1.25, 1, -0.125]),
  ]
}
