public import SwiftletGraph

/// The mean under each position of a window, of the taps inside the map, or of all where padding counts.
public struct AveragePool: Op {
  public static let name = "AveragePool"
  public var window: Window
  /// Padding counts as zeros (ONNX's `count_include_pad`); what `ceilMode` adds beyond the padding never counts.
  public var countIncludePad: Bool

  public init(_ window: Window, countIncludePad: Bool = false) {
    self.window = window
    self.countIncludePad = countIncludePad
  }

  public static let samples = [
    Sample(AveragePool(Window(3, stride: 1, pad: 1)), [[2, 5, 6, 7]]),
    Sample(AveragePool(Window(3, stride: 1, pad: 1), countIncludePad: true), [[1, 17, 6, 7]]),
    Sample(AveragePool(Window(2, stride: 2)), [[1, 4, 8, 6]]),
    Sample(AveragePool(Window(2, stride: 2, ceilMode: true)), [[1, 4, 7, 5]]),
    Sample(AveragePool(Window(3, stride: 2, pad: 1, ceilMode: true), countIncludePad: true), [[1, 16, 8, 8]]),
  ]

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape { try MaxPool(window).shape(inputs) }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let (height, width) = (inputs[0].shape[2], inputs[0].shape[3])
    return window.pooled(inputs[0], start: 0, +) { sum, oy, ox in
      sum / Float(divisor(oy, ox, height, width))
    }
  }

  /// How many taps the mean at output (oy, ox) is taken over.
  public func divisor(_ oy: Int, _ ox: Int, _ height: Int, _ width: Int) -> Int {
    if !countIncludePad {
      var count = 0
      window.forEachTap(oy, ox, height, width) { _, _, _ in count += 1 }
      return count
    }
    let extents = (0..<2).map { i in
      let start = (i == 0 ? oy : ox) * window.strides[i]
      let size = i == 0 ? height + window.pads.top + window.pads.bottom : width + window.pads.left + window.pads.right
      return (0..<window.kernel[i]).count { start + $0 * window.dilations[i] < size }
    }
    return extents[0] * extents[1]
  }
}

extension Tensor {
  public func averagePooled(
    _ kernel: Int, stride: Int, padding: Int = 0, ceilMode: Bool = false, countIncludePad: Bool = true
  ) -> Tensor {
    let window = Window(kernel, stride: stride, pad: padding, ceilMode: ceilMode)
    return apply(AveragePool(window, countIncludePad: countIncludePad))
  }
}
