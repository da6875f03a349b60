public import SwiftletGraph

/// Parameters and inputs that any language can make from their names, so that right answers need no stored weights.
public struct Rule: Sendable {
  public var salt: String
  public var gain: Float

  public init(salt: String = "", gain: Float = 2) {
    self.salt = salt
    self.gain = gain
  }

  /// `count` numbers in 0..<1: splitmix64 from the FNV-1a hash of the name, the top 24 bits.
  public func uniform(_ name: String, _ count: Int) -> [Float] {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in (salt + name).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      for i in 0..<count {
        var z = hash &+ UInt64(i + 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        buffer[i] = Float(z >> 40) / Float(1 << 24)
      }
      filled = count
    }
  }

  /// The parameter `name`: a uniform weight scaled by its fan-in, a small bias or mean, a factor near one.
  public func parameter(_ name: String, _ shape: Shape) -> NDArray {
    var u = uniform(name, shape.elementCount)
    if shape.rank >= 2 {
      let scale = Float((3 * Double(gain) / Double(shape.dropFirst().reduce(1, *))).squareRoot())
      for i in u.indices { u[i] = (u[i] * 2 - 1) * scale }
    } else if name.hasSuffix("bias") || name.hasSuffix("running_mean") {
      for i in u.indices { u[i] = (u[i] * 2 - 1) * 0.1 }
    } else {
      for i in u.indices { u[i] = 0.8 + u[i] * 0.4 }
    }
    return NDArray(shape, u)
  }

  /// The input of a network, in −1..<1.
  public func input(_ shape: Shape) -> NDArray {
    NDArray(shape, uniform("input", shape.elementCount).map { 2 * $0 - 1 })
  }

  /// All parameters of a graph.
  public func weights(for graph: Graph) -> Weights {
    var weights = Weights(source: "rule")
    for (name, shape, _) in graph.parameters { weights.add(name, shape) { parameter(name, shape) } }
    return weights
  }
}
