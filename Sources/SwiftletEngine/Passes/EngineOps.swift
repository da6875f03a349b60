import SwiftletGraph
import SwiftletKernels
import SwiftletOps

// Operators that only passes write: what several nodes of a network become when they run as one.

/// A convolution that adds a bias, perhaps a shortcut, and applies an activation; perhaps of an input of which each channel has a
/// factor. Inputs: x, weight, bias, shortcut, factors `[batch, channels, 1, 1]`.
struct FusedConv: Op {
  static let name = "FusedConv"
  static let samples: [Sample] = []
  var conv: Conv
  var hasShortcut = false
  var hasFactors = false
  var activation: UnaryCall?

  func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    let out = try conv.shape(Array(inputs.prefix(3)))
    if hasShortcut, inputs[3] != out { throw GraphError("the shortcut \(inputs) does not fit \(out)") }
    return out
  }

  func cost(_ inputs: [Shape], _ output: Shape) -> Cost {
    Cost(multiplyAdds: conv.cost(inputs, output).multiplyAdds, moving: inputs, output)
  }

  func reference(_ inputs: [NDArray]) -> NDArray {
    let x = hasFactors ? Mul().reference([inputs[0], inputs.last!]) : inputs[0]
    var y = conv.reference([x, inputs[1], inputs[2]])
    if hasShortcut { y = Add().reference([y, inputs[3]]) }
    return activation?.reference(y) ?? y
  }
}

/// A linear layer that perhaps adds a shortcut, and applies an activation. Inputs: x, weight, bias, shortcut.
struct FusedGemm: Op {
  static let name = "FusedGemm"
  static let samples: [Sample] = []
  var hasShortcut = false
  var activation: UnaryCall?

  func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    let out = try Gemm().shape(Array(inputs.prefix(3)))
    if hasShortcut, inputs.last != out { throw GraphError("the shortcut \(inputs) does not fit \(out)") }
    return out
  }
  func cost(_ inputs: [Shape], _ output: Shape) -> Cost { Gemm().cost(inputs, output) }
  func reference(_ inputs: [NDArray]) -> NDArray {
    var y = Gemm().reference(Array(inputs.prefix(3)))
    if hasShortcut { y = Add().reference([y, inputs[3]]) }
    return activation?.reference(y) ?? y
  }
}

/// The scalars as an array `split`, its dimensions in another order, then as an array `joined`.
struct Rearrange: Op {
  static let name = "Rearrange"
  static let samples: [Sample] = []
  var split: Shape
  var permutation: [Int]
  var joined: Shape

  func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    try Reshape(joined).shape([Transpose(permutation).shape([Reshape(split).shape(inputs)])])
  }

  /// The movement back to an array `source`.
  func inverse(_ source: Shape) -> Rearrange {
    let back = permutation.indices.map { permutation.firstIndex(of: $0)! }
    return Rearrange(split: Shape(permutation.map { split[$0] }), permutation: back, joined: source)
  }

  func reference(_ inputs: [NDArray]) -> NDArray {
    Transpose(permutation).reference([inputs[0].reshaped(split)]).reshaped(joined)
  }
}

/// x · scale + shift for each channel, clamped: a normalisation without a convolution before it. Inputs: x, scale, shift.
struct ChannelAffine: Op {
  static let name = "ChannelAffine"
  static let samples: [Sample] = []
  var clamp = UnaryCall(.clamp, -.infinity, .infinity)

  func shape(_ inputs: [Shape]) throws(GraphError) -> Shape { inputs[0] }
  func reference(_ inputs: [NDArray]) -> NDArray {
    let plane = inputs[0].shape.dropFirst(2).reduce(1, *)
    let y = NDArray(inputs[0].shape) { i in
      let c = i / plane % inputs[0].shape[1]
      return inputs[0].scalars[i] * inputs[1].scalars[c] + inputs[2].scalars[c]
    }
    return clamp.reference(y)
  }
}

/// weight · scale / √(variance + epsilon) for each output channel, in double precision. Inputs: weight, scale, variance.
struct NormalizedWeight: Op {
  static let name = "NormalizedWeight"
  static let samples: [Sample] = []
  var epsilon: Float

  func shape(_ inputs: [Shape]) throws(GraphError) -> Shape { inputs[0] }
  func reference(_ inputs: [NDArray]) -> NDArray {
    var weight = inputs[0]
    let perChannel = weight.scalars.count / weight.shape[0]
    for c in 0..<weight.shape[0] {
      let factor = Double(inputs[1].scalars[c]) / (Double(inputs[2].scalars[c]) + Double(epsilon)).squareRoot()
      for i in c * perChannel..<(c + 1) * perChannel { weight.scalars[i] = Float(Double(weight.scalars[i]) * factor) }
    }
    return weight
  }
}

/// (bias − mean) · scale / √(variance + epsilon) + shift, in double precision. Inputs: bias, scale, shift, mean, variance.
struct NormalizedBias: Op {
  static let name = "NormalizedBias"
  static let samples: [Sample] = []
  var epsilon: Float

  func shape(_ inputs: [Shape]) throws(GraphError) -> Shape { inputs[0] }
  func reference(_ inputs: [NDArray]) -> NDArray {
    let values = inputs.map(\.scalars)
    return NDArray(inputs[0].shape) { c in
      let factor = Double(values[1][c]) / (Double(values[4][c]) + Double(epsilon)).squareRoot()
      return Float((Double(values[0][c]) - Double(values[3][c])) * factor + Double(values[2][c]))
    }
  }
}

/// weight · factor for each output channel. Inputs: weight, factor `[out]`.
struct ScaledWeight: Op {
  static let name = "ScaledWeight"
  static let samples: [Sample] = []

  func shape(_ inputs: [Shape]) throws(GraphError) -> Shape { inputs[0] }
  func reference(_ inputs: [NDArray]) -> NDArray {
    let perChannel = inputs[0].scalars.count / inputs[0].shape[0]
    return NDArray(inputs[0].shape) { inputs[0].scalars[$0] * inputs[1].scalars[$0 / perChannel] }
  }
}
