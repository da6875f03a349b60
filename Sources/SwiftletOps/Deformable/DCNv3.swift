public import SwiftletGraph

/// The mean of moved taps under weights that the network computes for each pixel: the core of InternImage's convolution.
///
/// Inputs: x `[batch, height, width, channels]`; offset `[batch, output height, output width, group · taps · 2]`; mask
/// `[batch, output height, output width, group · taps]`, whose weights for the taps of a group have the sum 1. Offsets are
/// first right, then down, taps column by column. Each group of channels has its own taps. Both the grid of taps and the
/// offsets are multiplied by `offsetScale`. What lies outside the map is 0. No operator of ONNX. Wang et al., "InternImage",
/// CVPR 2023, equation 2.
public struct DCNv3: Op {
  public static let name = "DCNv3"
  public var window: Window
  public var group: Int
  public var offsetScale: Float

  public init(_ window: Window, group: Int, offsetScale: Float = 1) {
    (self.window, self.group, self.offsetScale) = (window, group, offsetScale)
  }

  public static let samples = [
    Sample(DCNv3(Window(3, pad: 1), group: 2), [[2, 5, 4, 8], [2, 5, 4, 36], [2, 5, 4, 18]]),
    Sample(
      DCNv3(Window(3, stride: 2, pad: 1), group: 4, offsetScale: 2), [[1, 7, 7, 8], [1, 4, 4, 72], [1, 4, 4, 36]]),
  ]

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 3, inputs[0].rank == 4 else {
      throw GraphError("expects x [batch, height, width, channels], offset, mask, found \(inputs)")
    }
    let x = inputs[0]
    let out = try window.output([x[0], x[3], x[1], x[2]])
    guard group > 0, x[3] % group == 0 else { throw GraphError("\(group) groups do not divide \(x[3]) channels") }
    let (taps, overflow) = window.kernel[0].multipliedReportingOverflow(by: window.kernel[1] * group)
    let mask: Shape = [x[0], out.height, out.width, taps]
    guard !overflow, inputs[2] == mask, inputs[1] == [x[0], out.height, out.width, 2 * taps] else {
      throw GraphError(
        "offset and mask are \(inputs[1]) and \(inputs[2]), expected two and one number for each of \(mask)")
    }
    return [x[0], out.height, out.width, x[3]]
  }

  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost {
    Cost(multiplyAdds: 4 * output.elementCount * window.kernel[0] * window.kernel[1], moving: inputs, output)
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let (x, offset, mask) = (inputs[0], inputs[1], inputs[2])
    let out = try! shape(inputs.map(\.shape))
    let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
    let planar = Transpose([0, 3, 1, 2]).reference([x])
    let taps = window.kernel[0] * window.kernel[1]
    let scale = Double(offsetScale)
    return NDArray(out) { i in
      let (pixel, c) = (i / channels, i % channels)
      let (ox, oy, n) = (pixel % out[2], pixel / out[2] % out[1], pixel / out[2] / out[1])
      let map = Plane(planar, at: (n * channels + c) * height * width, height: height, width: width)
      let first = (pixel * group + c / (channels / group)) * taps
      var sum = 0.0
      for tap in 0..<taps {
        let right = Double(offset.scalars[2 * (first + tap)])
        let down = Double(offset.scalars[2 * (first + tap) + 1])
        let y = center(oy, 0) + scale * (grid(tap % window.kernel[0], 0) + down)
        let x = center(ox, 1) + scale * (grid(tap / window.kernel[0], 1) + right)
        sum += Double(mask.scalars[first + tap]) * map.bilinear(y, x)
      }
      return Float(sum)
    }
  }

  /// How far the middle of the taps lies from the first one, in whole pixels.
  private func middle(_ axis: Int) -> Int { window.dilations[axis] * (window.kernel[axis] - 1) / 2 }

  /// Where the middle of the taps lies for output `o` along an axis.
  private func center(_ o: Int, _ axis: Int) -> Double {
    Double(o * window.strides[axis] - (axis == 0 ? window.pads.top : window.pads.left) + middle(axis))
  }

  private func grid(_ k: Int, _ axis: Int) -> Double { Double(k * window.dilations[axis] - middle(axis)) }
}
