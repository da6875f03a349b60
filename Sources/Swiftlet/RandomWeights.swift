public import SwiftletGraph

extension Weights {
  /// Random weights of a network: the same for the same seed on every machine.
  ///
  /// Matrices and filters are uniform within ±1 / √fan-in, as PyTorch draws them: with more, rounding grows from layer to layer in
  /// deep networks with gates. Factors and variances lie in 0.9…1.1, biases and means in −0.05…0.05.
  public static func random(for graph: Graph, seed: UInt64 = 0) -> Weights {
    var weights = Weights(source: "random weights of seed \(seed)")
    for (name, shape, _) in graph.parameters {
      weights.add(name, shape) { randomParameter(name, shape, seed) }
    }
    return weights
  }
}

private func randomParameter(_ name: String, _ shape: Shape, _ seed: UInt64) -> NDArray {
  var numbers = RandomNumbers(seed: seed, name: name)
  if shape.rank >= 2 {
    let fanIn = shape.dropFirst().reduce(1, *)
    return numbers.array(shape, around: 0, within: (1 / Float(fanIn)).squareRoot())
  }
  let isShift = name.hasSuffix("bias") || name.hasSuffix("running_mean")
  return isShift ? numbers.array(shape, around: 0, within: 0.05) : numbers.array(shape, around: 1, within: 0.1)
}

/// Numbers that depend on a seed and a name alone: splitmix64 from the name's FNV-1a hash.
struct RandomNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64, name: String) {
    state = 0xCBF2_9CE4_8422_2325 ^ seed
    for byte in name.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform numbers in center − radius ..< center + radius.
  mutating func array(_ shape: Shape, around center: Float, within radius: Float) -> NDArray {
    let count = shape.elementCount
    let scalars = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      for i in 0..<count { buffer[i] = center + radius * (Float(next() >> 40) / Float(1 << 23) - 1) }
      filled = count
    }
    return NDArray(shape, scalars)
  }
}
