public import SwiftletGraph

/// Convolution of `[batch, in, height, width]` with `[out, in / group, kernel height, kernel width]`, plus an optional
/// bias `[out]`. Grouped, depthwise, dilated, strided and asymmetric forms are attributes.
public struct Conv: Op {
  public static let name = "Conv"
  public var window: Window
  public var group: Int

  public init(_ window: Window, group: Int = 1) {
    self.window = window
    self.group = group
  }

  public static let samples = [
    Sample(Conv(Window(3, pad: 1)), [[2, 3, 7, 5], [4, 3, 3, 3], [4]]),
    Sample(Conv(Window(1)), [[1, 24, 9, 11], [40, 24, 1, 1], [40]]),
    Sample(Conv(Window(1)), [[2, 33, 5, 3], [17, 33, 1, 1]]),
    Sample(Conv(Window(1, stride: 2)), [[1, 16, 9, 8], [20, 16, 1, 1]]),
    Sample(Conv(Window(3, stride: 2, pad: 1)), [[1, 3, 33, 30], [20, 3, 3, 3], [20]]),
    Sample(Conv(Window(3, pad: 2, dilation: 2)), [[1, 5, 9, 12], [6, 5, 3, 3], [6]]),
    Sample(Conv(Window([1, 7], pads: Pads(0, 3))), [[1, 18, 6, 17], [20, 18, 1, 7]]),
    Sample(Conv(Window([5, 1], strides: [2, 1], pads: Pads(2, 0))), [[1, 7, 11, 4], [9, 7, 5, 1], [9]]),
    Sample(
      Conv(Window([3, 3], strides: [2, 2], pads: Pads(bottom: 1, right: 1))), [[1, 19, 8, 8], [18, 19, 3, 3]]),
    Sample(Conv(Window(7, stride: 2, pad: 3)), [[1, 3, 31, 29], [16, 3, 7, 7]]),
    Sample(Conv(Window(3, pad: 1), group: 4), [[1, 8, 6, 6], [12, 2, 3, 3], [12]]),
    Sample(Conv(Window(1), group: 3), [[2, 24, 4, 5], [48, 8, 1, 1]]),
    Sample(Conv(Window(1), group: 2), [[1, 64, 7, 7], [64, 32, 1, 1], [64]]),
    Sample(Conv(Window(3, pad: 1), group: 20), [[2, 20, 14, 15], [20, 1, 3, 3], [20]]),
    Sample(Conv(Window(3, stride: 2, pad: 1), group: 17), [[1, 17, 15, 16], [17, 1, 3, 3], [17]]),
    Sample(Conv(Window(3, pad: 1), group: 5), [[1, 5, 3, 4], [5, 1, 3, 3]]),
    Sample(Conv(Window(3, pad: 1), group: 3), [[1, 3, 1, 1], [3, 1, 3, 3]]),
    Sample(Conv(Window(5, pad: 2), group: 24), [[1, 24, 9, 9], [24, 1, 5, 5], [24]]),
    Sample(Conv(Window(5, stride: 2, pad: 2), group: 16), [[1, 16, 14, 17], [16, 1, 5, 5]]),
    Sample(Conv(Window(7, pad: 3), group: 18), [[1, 18, 11, 10], [18, 1, 7, 7], [18]]),
    Sample(Conv(Window(9, pad: 4), group: 4), [[1, 4, 12, 12], [4, 1, 9, 9]]),
    Sample(Conv(Window(3, pad: 2, dilation: 2), group: 6), [[1, 6, 10, 10], [6, 1, 3, 3]]),
    Sample(
      Conv(Window([3, 3], strides: [2, 2], pads: Pads(bottom: 1, right: 1)), group: 8),
      [[1, 8, 14, 14], [8, 1, 3, 3]]),
    Sample(
      Conv(Window([5, 5], strides: [2, 2], pads: Pads(top: 1, left: 1, bottom: 2, right: 2)), group: 8),
      [[1, 8, 14, 28], [8, 1, 5, 5]]),
    Sample(Conv(Window(3, pad: 1), group: 4), [[1, 4, 6, 6], [8, 1, 3, 3]]),
  ]

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 2 || inputs.count == 3 else {
      throw GraphError("expects input, weight and perhaps a bias, found \(inputs.count) inputs")
    }
    let (x, w) = (inputs[0], inputs[1])
    let out = try window.output(x)
    guard group > 0, x[1] % group == 0, w.rank == 4, w[0] % group == 0 else {
      throw GraphError("\(group) groups divide neither \(x[1]) input channels nor a weight \(w)")
    }
    guard w[1] == x[1] / group, [w[2], w[3]] == window.kernel else {
      throw GraphError(
        "the weight is \(w), expected [\(w[0]), \(x[1] / group), \(window.kernel[0]), \(window.kernel[1])]")
    }
    if inputs.count == 3, inputs[2] != [w[0]] { throw GraphError("the bias is \(inputs[2]), expected [\(w[0])]") }
    return [x[0], w[0], out.height, out.width]
  }

  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost {
    Cost(multiplyAdds: output.elementCount * inputs[1].dropFirst().reduce(1, *), moving: inputs, output)
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let (x, w) = (inputs[0], inputs[1])
    let out = try! shape(inputs.map(\.shape))
    let (perGroupIn, perGroupOut, taps) = (w.shape[1], w.shape[0] / group, w.shape[2] * w.shape[3])
    let (height, width, plane) = (x.shape[2], x.shape[3], x.shape[2] * x.shape[3])
    var y = NDArray(out)
    var i = 0
    for n in 0..<out[0] {
      for o in 0..<out[1] {
        let first = n * x.shape[1] + o / perGroupOut * perGroupIn
        for oy in 0..<out[2] {
          for ox in 0..<out[3] {
            var sum = 0.0
            window.forEachTap(oy, ox, height, width) { tap, iy, ix in
              for c in 0..<perGroupIn {
                sum +=
                  Double(x.scalars[(first + c) * plane + iy * width + ix])
                  * Double(w.scalars[(o * perGroupIn + c) * taps + tap])
              }
            }
            y.scalars[i] = Float(sum + (inputs.count == 3 ? Double(inputs[2].scalars[o]) : 0))
            i += 1
          }
        }
      }
    }
    return y
  }
}
