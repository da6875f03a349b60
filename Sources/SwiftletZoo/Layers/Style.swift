public import SwiftletGraph

/// What the convolutions of a network have in common: activation, padding, and the epsilon of their normalisation.
public struct Style: Hashable, Sendable {
  public var activation: Activation
  public var epsilon: Float
  public var padding: Padding

  public init(_ activation: Activation = .relu, epsilon: Float = 1e-5, padding: Padding = .same) {
    (self.activation, self.epsilon, self.padding) = (activation, epsilon, padding)
  }

  /// Networks whose weights were trained with TensorFlow: its SAME padding, epsilon 1e-3.
  public static func tensorFlow(_ activation: Activation) -> Style {
    Style(activation, epsilon: 1e-3, padding: .tensorFlow)
  }

  /// The style with another activation.
  public func with(_ activation: Activation) -> Style {
    Style(activation, epsilon: epsilon, padding: padding)
  }

  public func conv(_ out: Int, _ kernel: Int, stride: Int = 1) -> Conv2D {
    Conv2D(out, kernel, stride: stride, padding: padding)
  }

  public func depthwise(_ kernel: Int, stride: Int = 1) -> Conv2D {
    Depthwise(kernel, stride: stride, padding: padding)
  }

  public var norm: BatchNorm { BatchNorm(epsilon: epsilon) }
  public var normActivation: NormActivation { NormActivation(style: self) }
}

/// Batch normalisation and activation under one name.
public struct NormActivation: Layer {
  let style: Style
  public func callAsFunction(_ x: Tensor) -> Tensor { style.activation(style.norm(x)) }
}
