public import SwiftletGraph

/// Convolution, batch normalisation, activation, the first two named `conv` and `bn`.
///
/// timm's `ConvNormAct` and torchvision's `BasicConv2d`.
public struct ConvBN: Layer {
  var convolution: Conv2D
  var epsilon: Float
  var activation: Activation

  public init(_ convolution: Conv2D, epsilon: Float = 1e-5, _ activation: Activation = .relu) {
    (self.convolution, self.epsilon, self.activation) = (convolution, epsilon, activation)
  }

  public init(
    _ out: Int, _ kernel: Int, stride: Int = 1, padding: Padding = .same, epsilon: Float = 1e-5,
    _ activation: Activation = .relu
  ) {
    self.init(Conv2D(out, kernel, stride: stride, padding: padding), epsilon: epsilon, activation)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    activation(x.scoped("conv", convolution).scoped("bn", BatchNorm(epsilon: epsilon)))
  }
}
