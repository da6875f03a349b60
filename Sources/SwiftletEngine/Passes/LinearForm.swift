import SwiftletGraph
import SwiftletOps

/// A value as a convolution of an earlier value, its source.
struct LinearForm {
  var source: Tensor
  /// `nil` where channels are not mixed: each is multiplied by a factor.
  var conv: Conv?
  /// The kernel; without a convolution the factors `[channels]`, ones where `nil`.
  var weight: Tensor?
  /// `[channels]`; zeros where `nil`.
  var bias: Tensor?

  /// The value itself.
  init(identity value: Tensor) { source = value }

  init(_ conv: Conv, _ source: Tensor, weight: Tensor, bias: Tensor?) {
    (self.source, self.conv, self.weight, self.bias) = (source, conv, weight, bias)
  }

  /// The value, written as one convolution; `nil` where there is none to write.
  var value: Tensor? {
    guard let conv, let weight else { return nil }
    return bias.map { source.apply(conv, weight, $0) } ?? source.apply(conv, weight)
  }

  /// The form of the normalised value: kernel and bias are normalised in its place.
  /// - Parameter statistics: scale, bias, mean and variance.
  func normalized(_ norm: BatchNormalization, _ statistics: [Tensor]) -> LinearForm {
    let (scale, shift, mean, variance) = (statistics[0], statistics[1], statistics[2], statistics[3])
    var form = self
    form.weight = kernel(scale.shape).apply(NormalizedWeight(epsilon: norm.epsilon), scale, variance)
    form.bias = (bias ?? source.constant(NDArray(scale.shape)))
      .apply(NormalizedBias(epsilon: norm.epsilon), scale, shift, mean, variance)
    return form
  }

  /// The form of the value with each channel multiplied by its factor.
  /// - Parameter factors: `[channels]`.
  func scaled(_ factors: Tensor) -> LinearForm {
    let kernel = kernel(factors.shape)
    var form = self
    form.weight = kernel * factors.reshaped(Shape([factors.shape[0]] + kernel.shape.dropFirst().map { _ in 1 }))
    form.bias = bias.map { $0 * factors }
    return form
  }

  /// - Parameter factors: the shape of the factors where there is no convolution.
  private func kernel(_ factors: Shape) -> Tensor { weight ?? source.constant(NDArray(factors, repeating: 1)) }

  /// The form of the sum of two values of one shape; `nil` where it is no convolution of one source.
  static func sum(_ a: LinearForm, _ b: LinearForm) -> LinearForm? {
    guard a.source.id == b.source.id else { return nil }
    switch (a.conv, b.conv) {
    case (let conv?, let other?): return a.adding(b, conv, other) ?? b.adding(a, other, conv)
    case (let conv?, nil):
      return b.pointwise(group: conv.group).flatMap { a.adding($0, conv, Conv(Window(1), group: conv.group)) }
    case (nil, _?): return sum(b, a)
    case (nil, nil): return nil
    }
  }

  /// The form with its factors as a kernel.
  private func pointwise(group: Int) -> LinearForm? {
    guard source.channels % group == 0 else { return nil }
    let diagonal = kernel([source.channels]).apply(DiagonalKernel(group: group))
    return LinearForm(Conv(Window(1), group: group), source, weight: diagonal, bias: bias)
  }

  /// The sum where the kernel of `other` fits into this form's: it is put there, zeros around it.
  private func adding(_ other: LinearForm, _ conv: Conv, _ otherConv: Conv) -> LinearForm? {
    guard let weight, let small = other.weight, let pads = conv.room(for: otherConv) else { return nil }
    guard weight.shape.prefix(2).elementsEqual(small.shape.prefix(2)) else { return nil }
    var form = self
    form.weight = weight + (pads == .none ? small : small.padded(pads))
    form.bias = [bias, other.bias].compactMap { $0 }.reduce(nil) { sum, bias in sum.map { $0 + bias } ?? bias }
    return form
  }
}

extension Conv {
  /// The taps around a kernel of `other` that make it this convolution's; `nil` where no position does.
  fileprivate func room(for other: Conv) -> Pads? {
    guard group == other.group, window.strides == other.window.strides else { return nil }
    guard let (top, bottom) = room(for: other, axis: 0, window.pads.top - other.window.pads.top),
      let (left, right) = room(for: other, axis: 1, window.pads.left - other.window.pads.left)
    else { return nil }
    return Pads(top: top, left: left, bottom: bottom, right: right)
  }

  /// - Parameter shift: how many pixels this convolution's first tap lies before that of `other`.
  private func room(for other: Conv, axis: Int, _ shift: Int) -> (before: Int, after: Int)? {
    let (size, step) = (other.window.kernel[axis], window.dilations[axis])
    guard shift >= 0, shift % step == 0, size == 1 || other.window.dilations[axis] == step else { return nil }
    let after = window.kernel[axis] - size - shift / step
    return after >= 0 ? (shift / step, after) : nil
  }
}
