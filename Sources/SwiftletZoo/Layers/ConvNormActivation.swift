public import SwiftletGraph

/// Convolution, batch normalisation, activation, named 0, 1, 2: torchvision's block of that name.
public struct ConvNormActivation: Layer {
  var convolution: Conv2D
  var epsilon: Float
  var activation: Activation

  public init(
    _ out: Int, _ kernel: Int, stride: Int = 1, dilation: Int = 1, epsilon: Float = 1e-5, _ activation: Activation
  ) {
    convolution = Conv2D(out, kernel, stride: stride, dilation: dilation)
    (self.epsilon, self.activation) = (epsilon, activation)
  }

  public init(depthwise kernel: Int, stride: Int = 1, epsilon: Float = 1e-5, _ activation: Activation) {
    convolution = Depthwise(kernel, stride: stride)
    (self.epsilon, self.activation) = (epsilon, activation)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    activation(x.scoped("0", convolution).scoped("1", BatchNorm(epsilon: epsilon)))
  }
}
