public import SwiftletGraph
import SwiftletOps

/// Squeeze-and-excitation: each channel is scaled by a gate computed from the means of all channels.
///
/// Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018. Names: timm's `conv_reduce` and `conv_expand`, or others.
public struct SqueezeExcite: Layer {
  var ratio: Double
  var activation: Activation
  var gate: Activation
  var reduce: String
  var expand: String
  var rounding: (Double) -> Int

  /// - Parameters:
  ///   - ratio: channels after the squeeze for each channel of the input.
  ///   - rounding: makes a whole number of them; to the nearest one where nothing else is said.
  public init(
    _ ratio: Double, _ activation: Activation = .relu, gate: Activation = .sigmoid, reduce: String = "conv_reduce",
    expand: String = "conv_expand",
    rounding: @escaping (Double) -> Int = { Swift.max(1, Int($0.rounded(.toNearestOrEven))) }
  ) {
    (self.ratio, self.activation, self.gate) = (ratio, activation, gate)
    (self.reduce, self.expand, self.rounding) = (reduce, expand, rounding)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let reduced = rounding(Double(x.channels) * ratio)
    let squeezed = activation(x.globalAveragePooled.scoped(reduce, Conv2D(reduced, 1, bias: true)))
    return x * gate(squeezed.scoped(expand, Conv2D(x.channels, 1, bias: true)))
  }
}
