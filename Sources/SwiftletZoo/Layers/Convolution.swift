public import SwiftletGraph
import SwiftletOps

/// What surrounds the input of a convolution or pool.
public enum Padding: Hashable, Sendable {
  /// dilation · (kernel − 1) / 2 zeros on every side: PyTorch's habit; stride 1 keeps the size of odd kernels.
  case same
  /// TensorFlow's SAME: ⌈size / stride⌉ outputs, the odd row at the end.
  case tensorFlow
  /// As stated: rows above and below, columns left and right.
  case explicit(Int, Int)
  /// Nothing.
  public static let valid = Padding.explicit(0, 0)

  /// The rows and columns this means for a map of such a size.
  func pads(_ x: Tensor, kernel: [Int], strides: [Int], dilations: [Int] = [1, 1]) -> Pads {
    switch self {
    case .same: Pads(dilations[0] * (kernel[0] - 1) / 2, dilations[1] * (kernel[1] - 1) / 2)
    case .tensorFlow: .same([x.height, x.width], kernel: kernel, strides: strides, dilations: dilations)
    case .explicit(let vertical, let horizontal): Pads(vertical, horizontal)
    }
  }
}

/// A convolution; the number of input channels is read from the value it is applied to.
///
/// Parameters: `weight` `[out, in / groups, kernel, kernel]`, and `bias` `[out]` where asked for.
public struct Conv2D: Layer {
  /// Output channels; as many as there are input channels where `nil`.
  var out: Int?
  var kernel: [Int]
  var strides: [Int]
  var padding: Padding
  var dilation: Int
  /// Groups of channels; one for each input channel where `nil`.
  var groups: Int?
  var bias: Bool

  public init(
    _ out: Int, _ kernel: Int, stride: Int = 1, padding: Padding = .same, dilation: Int = 1, groups: Int = 1,
    bias: Bool = false
  ) {
    self.init(
      out, kernel: [kernel, kernel], stride: stride, padding: padding, dilation: dilation, groups: groups, bias: bias)
  }

  /// - Parameter kernel: height and width.
  public init(
    _ out: Int, kernel: [Int], stride: Int = 1, padding: Padding = .same, dilation: Int = 1, groups: Int = 1,
    bias: Bool = false
  ) {
    (self.out, self.kernel, self.strides, self.padding) = (out, kernel, [stride, stride], padding)
    (self.dilation, self.groups, self.bias) = (dilation, groups, bias)
  }

  init(depthwise kernel: Int, stride: Int, padding: Padding, dilation: Int, bias: Bool) {
    (self.kernel, self.strides, self.padding) = ([kernel, kernel], [stride, stride], padding)
    (self.dilation, self.bias) = (dilation, bias)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let groups = groups ?? x.channels
    let out = out ?? x.channels
    let dilations = [dilation, dilation]
    let window = Window(
      kernel, strides: strides, pads: padding.pads(x, kernel: kernel, strides: strides, dilations: dilations),
      dilations: dilations)
    let weight = x.parameter("weight", [out, x.channels / groups, kernel[0], kernel[1]])
    let conv = Conv(window, group: groups)
    return bias ? x.apply(conv, weight, x.parameter("bias", [out])) : x.apply(conv, weight)
  }
}

/// One filter for each channel.
public func Depthwise(
  _ kernel: Int, stride: Int = 1, padding: Padding = .same, dilation: Int = 1, bias: Bool = false
) -> Conv2D {
  Conv2D(depthwise: kernel, stride: stride, padding: padding, dilation: dilation, bias: bias)
}

public struct MaxPool2D: Layer {
  var kernel: Int
  var stride: Int
  var padding: Padding
  var ceilMode: Bool

  public init(_ kernel: Int, stride: Int, padding: Padding = .valid, ceilMode: Bool = false) {
    (self.kernel, self.stride, self.padding, self.ceilMode) = (kernel, stride, padding, ceilMode)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let pads = padding.pads(x, kernel: [kernel, kernel], strides: [stride, stride])
    return x.apply(MaxPool(Window([kernel, kernel], strides: [stride, stride], pads: pads, ceilMode: ceilMode)))
  }
}

public struct AveragePool2D: Layer {
  var kernel: Int
  var stride: Int
  var padding: Int
  public init(_ kernel: Int, stride: Int, padding: Int = 0) {
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
  }
  public func callAsFunction(_ x: Tensor) -> Tensor { x.averagePooled(kernel, stride: stride, padding: padding) }
}
