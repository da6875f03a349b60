public import SwiftletGraph
import SwiftletOps

/// An inverted residual under torchvision's names: `block.N.0` and `block.N.1` for the N-th convolution and its
/// normalisation, `block.N.fc1` and `block.N.fc2` for squeeze-and-excitation.
public struct TorchvisionMBConv: Layer {
  var out: Int
  var kernel: Int
  var stride: Int
  var expansion: Double
  var squeeze: SqueezeExcite?
  var style: Style

  public init(
    _ out: Int, kernel: Int, stride: Int, expansion: Double, squeeze: SqueezeExcite?, style: Style
  ) {
    (self.out, self.kernel, self.stride, self.expansion) = (out, kernel, stride, expansion)
    (self.squeeze, self.style) = (squeeze, style)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let expanded = roundedChannels(Double(x.channels) * expansion)
    let y = x.through("block") {
      if expanded != x.channels { ConvNormActivation(expanded, 1, epsilon: style.epsilon, style.activation) }
      ConvNormActivation(depthwise: kernel, stride: stride, epsilon: style.epsilon, style.activation)
      if let squeeze { squeeze }
      ConvNormActivation(out, 1, epsilon: style.epsilon, .none)
    }
    return stride == 1 && x.channels == out ? y + x : y
  }
}
