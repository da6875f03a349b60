public import SwiftletGraph

/// The largest value under each position of a window; what lies outside the map does not count.
public struct MaxPool: Op {
  public static let name = "MaxPool"
  public var window: Window

  public init(_ window: Window) { self.window = window }

  public static let samples = [
    Sample(MaxPool(Window(3, stride: 2, pad: 1)), [[2, 5, 9, 8]]),
    Sample(MaxPool(Window(3, stride: 2, ceilMode: true)), [[1, 17, 14, 13]]),
    Sample(MaxPool(Window(2, stride: 2)), [[1, 4, 7, 6]]),
    Sample(MaxPool(Window(3, pad: 1)), [[1, 16, 5, 5]]),
    Sample(MaxPool(Window([3, 3], strides: [2, 2], pads: Pads(bottom: 1, right: 1))), [[1, 3, 8, 8]]),
  ]

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1 else { throw GraphError("expects one input, found \(inputs.count)") }
    let out = try window.output(inputs[0])
    let pads = window.pads
    guard max(pads.top, pads.bottom) < window.span(0), max(pads.left, pads.right) < window.span(1) else {
      throw GraphError("a window \(window) could lie wholly in its padding; pads must be smaller than the window")
    }
    return [inputs[0][0], inputs[0][1], out.height, out.width]
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    window.pooled(inputs[0], start: -.infinity, { max($0, $1) }, { sum, _, _ in sum })
  }
}

extension Window {
  /// Folds each position of the window over the taps inside the map, then finishes it with (value, output row, column).
  func pooled(
    _ x: NDArray, start: Float, _ fold: (Float, Float) -> Float, _ finish: (Float, Int, Int) -> Float
  ) -> NDArray {
    let out = try! output(x.shape)
    let (height, width) = (x.shape[2], x.shape[3])
    return NDArray([x.shape[0], x.shape[1], out.height, out.width]) { i in
      let (oy, ox) = (i / out.width % out.height, i % out.width)
      let plane = i / (out.height * out.width) * height * width
      var value = start
      forEachTap(oy, ox, height, width) { _, y, x_ in value = fold(value, x.scalars[plane + y * width + x_]) }
      return finish(value, oy, ox)
    }
  }
}

extension Tensor {
  /// - Parameter padding: rows and columns added on each side.
  public func maxPooled(_ kernel: Int, stride: Int, padding: Int = 0, ceilMode: Bool = false) -> Tensor {
    apply(MaxPool(Window(kernel, stride: stride, pad: padding, ceilMode: ceilMode)))
  }
}
