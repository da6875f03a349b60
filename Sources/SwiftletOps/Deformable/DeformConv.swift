public import SwiftletGraph

/// Convolution whose taps are moved by offsets that differ from pixel to pixel, each weighed by a mask where there is one.
///
/// Inputs: x `[batch, in, height, width]`; weight `[out, in / group, kernel height, kernel width]`; offset
/// `[batch, 2 · offsetGroup · taps, output height, output width]`, for each tap in row-major order first down, then right;
/// perhaps a bias `[out]`; perhaps behind it a mask `[batch, offsetGroup · taps, output height, output width]`. A tap between
/// pixels is interpolated, outside the map it is 0. Dai et al., ICCV 2017, §2.1; with mask Zhu et al., "Deformable ConvNets
/// v2", CVPR 2019, equation 1.
public struct DeformConv: Op {
  public static let name = "DeformConv"
  public var window: Window
  public var group: Int
  /// Groups of channels that share offsets (ONNX's `offset_group`).
  public var offsetGroup: Int

  public init(_ window: Window, group: Int = 1, offsetGroup: Int = 1) {
    (self.window, self.group, self.offsetGroup) = (window, group, offsetGroup)
  }

  public static let samples = [
    Sample(DeformConv(Window(3, pad: 1)), [[2, 4, 5, 6], [6, 4, 3, 3], [2, 18, 5, 6]]),
    Sample(
      DeformConv(Window(3, stride: 2, pad: 1), group: 2, offsetGroup: 2),
      [[1, 4, 7, 7], [6, 2, 3, 3], [1, 36, 4, 4], [6]]),
    Sample(
      DeformConv(Window(3, pad: 2, dilation: 2), offsetGroup: 4),
      [[1, 8, 6, 5], [8, 8, 3, 3], [1, 72, 6, 5], [8], [1, 36, 6, 5]]),
  ]

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard (3...5).contains(inputs.count) else {
      throw GraphError("expects x, weight, offset, perhaps bias, perhaps mask, found \(inputs.count) inputs")
    }
    let (x, w) = (inputs[0], inputs[1])
    let convolved = inputs.count == 3 ? [x, w] : [x, w, inputs[3]]
    let out = try Conv(window, group: group).shape(convolved)
    guard offsetGroup > 0, x[1] % offsetGroup == 0 else {
      throw GraphError("\(offsetGroup) groups of offsets do not divide \(x[1]) channels")
    }
    let taps = offsetGroup * w[2] * w[3]
    let expected: Shape = [x[0], 2 * taps, out[2], out[3]]
    guard inputs[2] == expected else { throw GraphError("the offset is \(inputs[2]), expected \(expected)") }
    let mask: Shape = [x[0], taps, out[2], out[3]]
    if inputs.count == 5, inputs[4] != mask { throw GraphError("the mask is \(inputs[4]), expected \(mask)") }
    return out
  }

  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost {
    Cost(multiplyAdds: output.elementCount * inputs[1].dropFirst().reduce(1, *), moving: inputs, output)
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let (x, w) = (inputs[0], inputs[1])
    let out = try! shape(inputs.map(\.shape))
    let taps = w.shape[2] * w.shape[3]
    let columns = sampled(inputs, out)
    let (ins, outs) = (w.shape[1], out[1] / group)
    let plane = out[2] * out[3]
    return NDArray(out) { i in
      let (n, o, pixel) = (i / plane / out[1], i / plane % out[1], i % plane)
      var sum = inputs.count > 3 ? Double(inputs[3].scalars[o]) : 0
      for c in 0..<ins {
        let channel = n * x.shape[1] + o / outs * ins + c
        for tap in 0..<taps {
          sum += Double(w.scalars[(o * ins + c) * taps + tap]) * columns[(channel * taps + tap) * plane + pixel]
        }
      }
      return Float(sum)
    }
  }

  /// What each tap sees, `[batch, in, taps, output height, output width]`.
  private func sampled(_ inputs: [NDArray], _ out: Shape) -> [Double] {
    let (x, offset, taps) = (inputs[0], inputs[2], inputs[1].shape[2] * inputs[1].shape[3])
    let (height, width, plane) = (x.shape[2], x.shape[3], out[2] * out[3])
    var columns: [Double] = []
    columns.reserveCapacity(x.shape[0] * x.shape[1] * taps * plane)
    for image in 0..<x.shape[0] * x.shape[1] {
      let (n, c) = (image / x.shape[1], image % x.shape[1])
      let map = Plane(x, at: image * height * width, height: height, width: width)
      for tap in 0..<taps {
        let entry = (n * offsetGroup + c / (x.shape[1] / offsetGroup)) * taps + tap
        let (ky, kx) = (tap / window.kernel[1], tap % window.kernel[1])
        for pixel in 0..<plane {
          let (oy, ox) = (pixel / out[3], pixel % out[3])
          let down = Double(offset.scalars[2 * entry * plane + pixel])
          let right = Double(offset.scalars[(2 * entry + 1) * plane + pixel])
          let y = Double(oy * window.strides[0] - window.pads.top + ky * window.dilations[0]) + down
          let x = Double(ox * window.strides[1] - window.pads.left + kx * window.dilations[1]) + right
          let weight = inputs.count == 5 ? Double(inputs[4].scalars[entry * plane + pixel]) : 1
          columns.append(weight * map.bilinear(y, x))
        }
      }
    }
    return columns
  }
}
