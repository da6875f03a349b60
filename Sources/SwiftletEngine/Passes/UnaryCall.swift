import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// An activation as kernels know it: a formula and its two numbers.
struct UnaryCall: Hashable, Codable, Sendable {
  var kind: UnaryKind
  var alpha: Float
  var beta: Float

  init(_ kind: UnaryKind, _ alpha: Float = 0, _ beta: Float = 0) {
    (self.kind, self.alpha, self.beta) = (kind, alpha, beta)
  }

  /// `nil` for operators that no kernel maps.
  init?(_ op: any Op) {
    switch op {
    case is Relu: self.init(.clamp, 0, .infinity)
    case let op as Clip: self.init(.clamp, op.min, op.max)
    case let op as LeakyRelu: self.init(.leakyRelu, op.alpha)
    case let op as Elu: self.init(.elu, op.alpha)
    case is Sigmoid: self.init(.sigmoid)
    case is Tanh: self.init(.tanh)
    case let op as HardSigmoid: self.init(.hardSigmoid, op.alpha, op.beta)
    case is HardSwish: self.init(.hardSwish)
    case is Swish: self.init(.swish)
    case let op as Gelu: self.init(op.approximate == .none ? .gelu : .geluTanh)
    case is Mish: self.init(.mish)
    default: return nil
    }
  }

  /// The operator that this call computes.
  var op: any Unary {
    switch kind {
    case .clamp: Clip(min: alpha, max: beta)
    case .leakyRelu: LeakyRelu(alpha: alpha)
    case .elu: Elu(alpha: alpha)
    case .sigmoid: Sigmoid()
    case .tanh: Tanh()
    case .hardSigmoid: HardSigmoid(alpha: alpha, beta: beta)
    case .hardSwish: HardSwish()
    case .swish: Swish()
    case .gelu: Gelu()
    case .geluTanh: Gelu(approximate: .tanh)
    case .mish: Mish()
    }
  }

  func reference(_ x: NDArray) -> NDArray { op.reference([x]) }
}

extension UnaryKind: Codable {}
