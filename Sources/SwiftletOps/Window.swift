public import SwiftletGraph

/// How many rows and columns are added around a feature map: ONNX's `pads`, split by side.
public struct Pads: Hashable, Codable, Sendable, CustomStringConvertible {
  public var top: Int
  public var left: Int
  public var bottom: Int
  public var right: Int

  public init(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) {
    (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
  }

  public init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

  public init(_ vertical: Int, _ horizontal: Int) {
    self.init(top: vertical, left: horizontal, bottom: vertical, right: horizontal)
  }

  public static let none = Pads(0)

  /// Whether no side is below 0 or beyond all sizes.
  var isValid: Bool { [top, left, bottom, right].allSatisfy((0...Shape.limit).contains) }

  public var description: String { "[\(top), \(left), \(bottom), \(right)]" }

  /// TensorFlow's SAME (ONNX's SAME_UPPER): the output has ⌈size / stride⌉ positions, the odd row goes to the end.
  public static func same(_ size: [Int], kernel: [Int], strides: [Int], dilations: [Int] = [1, 1]) -> Pads {
    let total = (0..<2).map { i in
      let out = (size[i] + strides[i] - 1) / strides[i]
      return max(0, (out - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1 - size[i])
    }
    return Pads(
      top: total[0] / 2, left: total[1] / 2, bottom: total[0] - total[0] / 2, right: total[1] - total[1] / 2)
  }
}

/// A window that slides over a feature map: what convolutions and pools have in common.
public struct Window: Hashable, Codable, Sendable, CustomStringConvertible {
  /// Height and width.
  public var kernel: [Int]
  public var strides: [Int]
  public var pads: Pads
  public var dilations: [Int]
  /// The last window may start inside the map and end outside (ONNX's `ceil_mode`).
  public var ceilMode: Bool

  public init(
    _ kernel: [Int], strides: [Int] = [1, 1], pads: Pads = .none, dilations: [Int] = [1, 1], ceilMode: Bool = false
  ) {
    self.kernel = kernel
    self.strides = strides
    self.pads = pads
    self.dilations = dilations
    self.ceilMode = ceilMode
  }

  /// A square window.
  public init(_ kernel: Int, stride: Int = 1, pad: Int = 0, dilation: Int = 1, ceilMode: Bool = false) {
    self.init(
      [kernel, kernel], strides: [stride, stride], pads: Pads(pad), dilations: [dilation, dilation],
      ceilMode: ceilMode)
  }

  public var description: String {
    var text = kernel.map(String.init).joined(separator: "x")
    if strides != [1, 1] { text += " strides \(strides)" }
    if pads != .none { text += " pads \(pads)" }
    if dilations != [1, 1] { text += " dilations \(dilations)" }
    if ceilMode { text += " ceil" }
    return text
  }

  /// Rows and columns of the output for a map of the shape `[batch, channels, height, width]`.
  public func output(_ input: Shape) throws(GraphError) -> (height: Int, width: Int) {
    guard input.rank == 4 else { throw GraphError("expects [batch, channels, height, width], found \(input)") }
    guard kernel.count == 2, strides.count == 2, dilations.count == 2, pads.isValid,
      (kernel + strides + dilations).allSatisfy((1...Shape.limit).contains)
    else {
      throw GraphError(
        "expects kernel, strides and dilations of two positive numbers each and no pads below 0, found \(self)")
    }
    let height = extent(input[2], 0, pads.top, pads.bottom)
    let width = extent(input[3], 1, pads.left, pads.right)
    guard let height, let width else {
      throw GraphError("a window \(self) does not fit a map of \(input[2])x\(input[3]); use a larger input")
    }
    return (height, width)
  }

  /// How many rows (axis 0) or columns (axis 1) the window covers.
  func span(_ axis: Int) -> Int { dilations[axis] * (kernel[axis] - 1) + 1 }

  private func extent(_ size: Int, _ axis: Int, _ before: Int, _ after: Int) -> Int? {
    let room = size + before + after - span(axis)
    if room < 0 { return nil }
    var count = room / strides[axis] + 1
    if ceilMode {
      count = (room + strides[axis] - 1) / strides[axis] + 1
      if (count - 1) * strides[axis] >= size + before { count -= 1 }  // a window may not start beyond the map
    }
    return count
  }

  /// Calls `body(tap, y, x)` for each tap of the window at output (oy, ox) that lies inside a map of `height` × `width`.
  @inline(__always)
  public func forEachTap(_ oy: Int, _ ox: Int, _ height: Int, _ width: Int, _ body: (Int, Int, Int) -> Void) {
    for ky in 0..<kernel[0] {
      let y = oy * strides[0] - pads.top + ky * dilations[0]
      guard y >= 0, y < height else { continue }
      for kx in 0..<kernel[1] {
        let x = ox * strides[1] - pads.left + kx * dilations[1]
        guard x >= 0, x < width else { continue }
        body(ky * kernel[1] + kx, y, x)
      }
    }
  }
}
