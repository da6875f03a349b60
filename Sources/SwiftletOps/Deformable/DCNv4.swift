public import SwiftletGraph

/// As `DCNv3`, with offsets and weights in one array, and weights that need not have the sum 1.
///
/// The second input is `[batch, output height, output width, numbers]`: for each group the offsets of all taps, then their
/// weights; numbers behind the last group (the reference has a multiple of eight) mean nothing. No operator of ONNX. Xiong et
/// al., "Efficient Deformable ConvNets", CVPR 2024, §3.1.
public struct DCNv4: Op {
  public static let name = "DCNv4"
  public var window: Window
  public var group: Int
  public var offsetScale: Float

  public init(_ window: Window, group: Int, offsetScale: Float = 1) {
    (self.window, self.group, self.offsetScale) = (window, group, offsetScale)
  }

  public static let samples = [
    Sample(DCNv4(Window(3, pad: 1), group: 2), [[2, 5, 4, 8], [2, 5, 4, 56]]),
    Sample(DCNv4(Window(3, stride: 2, pad: 1), group: 4, offsetScale: 0.5), [[1, 7, 7, 8], [1, 4, 4, 112]]),
  ]

  private var core: DCNv3 { DCNv3(window, group: group, offsetScale: offsetScale) }

  /// The shapes of the offsets and weights that the second input holds.
  private func parts(_ inputs: [Shape]) throws(GraphError) -> [Shape] {
    guard inputs.count == 2, inputs[1].rank == 4, window.kernel.count == 2, group > 0,
      window.kernel.allSatisfy((1...1024).contains), group <= Shape.limit
    else { throw GraphError("expects x [batch, height, width, channels] and offsets with weights, found \(inputs)") }
    let taps = window.kernel[0] * window.kernel[1] * group
    guard inputs[1][3] >= 3 * taps else {
      throw GraphError(
        "\(inputs[1]) holds less than \(3 * taps) numbers for each pixel, three for each tap of each group")
    }
    let pixels = inputs[1].dropLast()
    return [Shape(pixels + [2 * taps]), Shape(pixels + [taps])]
  }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    let parts = try parts(inputs)
    return try core.shape([inputs[0]] + parts)
  }

  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost {
    Cost(multiplyAdds: 4 * output.elementCount * window.kernel[0] * window.kernel[1], moving: inputs, output)
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let shapes = try! parts(inputs.map(\.shape))
    let (taps, numbers) = (window.kernel[0] * window.kernel[1], inputs[1].shape[3])
    func part(_ shape: Shape, _ size: Int, _ start: Int) -> NDArray {
      NDArray(shape) { i in
        let (pixel, g) = (i / (group * size), i / size % group)
        return inputs[1].scalars[pixel * numbers + g * 3 * taps + start + i % size]
      }
    }
    return core.reference([inputs[0], part(shapes[0], 2 * taps, 0), part(shapes[1], taps, 2 * taps)])
  }
}
