public import SwiftletGraph

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// max(x, 0).
public struct Relu: Unary {
  public static let name = "Relu"
  public static let samples = sampled(Relu())
  public init() {}
  public func formula(_ x: Double) -> Double { max(x, 0) }
}

/// x limited to `min`…`max`; ReLU6 is 0…6.
public struct Clip: Unary {
  public static let name = "Clip"
  public static let samples = sampled(Clip(min: 0, max: 6)) + sampled(Clip(min: -1, max: 1))
  public var min: Float
  public var max: Float
  public init(min: Float, max: Float) { (self.min, self.max) = (min, max) }
  public func formula(_ x: Double) -> Double { Swift.min(Swift.max(x, Double(min)), Double(max)) }
}

/// x where positive, alpha · x elsewhere.
public struct LeakyRelu: Unary {
  public static let name = "LeakyRelu"
  public static let samples = sampled(LeakyRelu(alpha: 0.1))
  public var alpha: Float
  public init(alpha: Float = 0.01) { self.alpha = alpha }
  public func formula(_ x: Double) -> Double { x > 0 ? x : Double(alpha) * x }
}

/// x where positive, alpha · (eˣ − 1) elsewhere.
public struct Elu: Unary {
  public static let name = "Elu"
  public static let samples = sampled(Elu())
  public var alpha: Float
  public init(alpha: Float = 1) { self.alpha = alpha }
  public func formula(_ x: Double) -> Double { x > 0 ? x : Double(alpha) * expm1(x) }
}

/// 1 / (1 + e⁻ˣ).
public struct Sigmoid: Unary {
  public static let name = "Sigmoid"
  public static let samples = sampled(Sigmoid())
  public init() {}
  public func formula(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
}

public struct Tanh: Unary {
  public static let name = "Tanh"
  public static let samples = sampled(Tanh())
  public init() {}
  public func formula(_ x: Double) -> Double { tanh(x) }
}

/// alpha · x + beta, limited to 0…1. MobileNetV3's is x / 6 + 1/2.
public struct HardSigmoid: Unary {
  public static let name = "HardSigmoid"
  public static let samples = sampled(HardSigmoid())
  public var alpha: Float
  public var beta: Float
  public init(alpha: Float = 1 / 6, beta: Float = 0.5) { (self.alpha, self.beta) = (alpha, beta) }
  public func formula(_ x: Double) -> Double { min(max(Double(alpha) * x + Double(beta), 0), 1) }
}

/// x · min(max(x + 3, 0), 6) / 6. Howard et al., "Searching for MobileNetV3", ICCV 2019, §5.2.
public struct HardSwish: Unary {
  public static let name = "HardSwish"
  public static let samples = sampled(HardSwish())
  public init() {}
  public func formula(_ x: Double) -> Double { x * min(max(x + 3, 0), 6) / 6 }
}

/// x · sigmoid(x), also called SiLU.
public struct Swish: Unary {
  public static let name = "Swish"
  public static let samples = sampled(Swish())
  public init() {}
  public func formula(_ x: Double) -> Double { x / (1 + exp(-x)) }
}

/// x · Φ(x), Φ being the normal distribution, exactly or by its tanh approximation. Hendrycks and Gimpel, 2016.
public struct Gelu: Unary {
  public enum Approximation: String, Codable, Sendable { case none, tanh }
  public static let name = "Gelu"
  public static let samples = sampled(Gelu()) + sampled(Gelu(approximate: .tanh))
  public var approximate: Approximation
  public init(approximate: Approximation = .none) { self.approximate = approximate }

  public func formula(_ x: Double) -> Double {
    switch approximate {
    case .none: x * 0.5 * (1 + erf(x / 2.0.squareRoot()))
    case .tanh: x * 0.5 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
  }
}

/// x · tanh(ln(1 + eˣ)). Misra, BMVC 2020.
public struct Mish: Unary {
  public static let name = "Mish"
  public static let samples = sampled(Mish())
  public init() {}
  public func formula(_ x: Double) -> Double { x * tanh(log1p(exp(x))) }
}

extension Tensor {
  public var relu: Tensor { apply(Relu()) }
  public var relu6: Tensor { apply(Clip(min: 0, max: 6)) }
  public var sigmoid: Tensor { apply(Sigmoid()) }
  public var tanh: Tensor { apply(Tanh()) }
  public var hardSigmoid: Tensor { apply(HardSigmoid()) }
  public var hardSwish: Tensor { apply(HardSwish()) }
  /// x · sigmoid(x).
  public var silu: Tensor { apply(Swish()) }
  public var gelu: Tensor { apply(Gelu()) }
}
