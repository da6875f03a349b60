public import SwiftletGraph

/// Numbers that are the same at every run: splitmix64.
public struct Random: RandomNumberGenerator {
  private var state: UInt64
  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// An array of numbers of a range.
  public mutating func array(_ shape: Shape, in range: ClosedRange<Float> = -1...1) -> NDArray {
    NDArray(shape, (0..<shape.elementCount).map { _ in Float.random(in: range, using: &self) })
  }

  /// A shape of any rank up to 5, dimensions 1…9.
  public mutating func shape() -> Shape {
    Shape((0..<Int.random(in: 0...5, using: &self)).map { _ in Int.random(in: 1...9, using: &self) })
  }
}

extension Sample {
  /// Inputs of the sample, the same at every run.
  public func arrays(seed: UInt64 = 1) -> [NDArray] {
    var random = Random(seed: seed)
    return inputs.map { random.array($0, in: range) }
  }
}
