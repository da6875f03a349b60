public import SwiftletGraph
import SwiftletOps

/// The activations of the field, as values that blocks are configured with. Also a layer.
public enum Activation: Hashable, Sendable, Layer {
  case none, relu, relu6, hardSwish, silu, gelu, geluTanh, sigmoid, hardSigmoid, tanh
  case leakyReLU(Float)

  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .none: x
    case .relu: x.relu
    case .relu6: x.relu6
    case .hardSwish: x.hardSwish
    case .silu: x.silu
    case .gelu: x.gelu
    case .geluTanh: x.apply(Gelu(approximate: .tanh))
    case .sigmoid: x.sigmoid
    case .hardSigmoid: x.hardSigmoid
    case .tanh: x.tanh
    case .leakyReLU(let alpha): x.apply(LeakyRelu(alpha: alpha))
    }
  }
}
