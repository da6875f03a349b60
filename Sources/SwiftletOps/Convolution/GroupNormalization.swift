public import SwiftletGraph

/// Normalisation of each image's groups of channels, all pixels together, to mean 0 and variance 1, then scale and bias
/// of each channel.
///
/// Inputs: x `[batch, channels, …]`, then scale and bias, `[channels]` each. Wu and He, ECCV 2018.
public struct GroupNormalization: Op {
  public static let name = "GroupNormalization"
  public static let samples = [
    Sample(GroupNormalization(groups: 1), [[2, 5, 3, 4], [5], [5]]),
    Sample(GroupNormalization(groups: 3, epsilon: 1e-6), [[2, 18, 2, 3], [18], [18]]),
  ]
  /// ONNX's `num_groups`.
  public var groups: Int
  public var epsilon: Float
  public init(groups: Int, epsilon: Float = 1e-5) { (self.groups, self.epsilon) = (groups, epsilon) }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 3, inputs[0].rank >= 2, inputs[1] == [inputs[0][1]], inputs[2] == [inputs[0][1]] else {
      throw GraphError("expects x [batch, channels, ...], scale [channels], bias [channels], found \(inputs)")
    }
    guard groups > 0, inputs[0][1] % groups == 0 else {
      throw GraphError("\(groups) groups do not divide the channels of \(inputs[0])")
    }
    return inputs[0]
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    var y = inputs[0]
    let plane = y.shape.dropFirst(2).reduce(1, *)
    let size = y.shape[1] / groups * plane
    for start in Swift.stride(from: 0, to: y.scalars.count, by: size) {
      let values = y.scalars[start..<start + size].map(Double.init)
      let mean = values.reduce(0, +) / Double(size)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(size)
      let factor = 1 / (variance + Double(epsilon)).squareRoot()
      for (i, v) in values.enumerated() {
        let c = (start + i) / plane % y.shape[1]
        let scaled = (v - mean) * factor * Double(inputs[1].scalars[c])
        y.scalars[start + i] = Float(scaled + Double(inputs[2].scalars[c]))
      }
    }
    return y
  }
}
