public import SwiftletGraph

/// Normalisation of each group of channels of each image to mean 0 and variance 1, then scale and bias by channel.
///
/// x is `[batch, channels, …]`. Wu and He, "Group Normalization", ECCV 2018.
public struct GroupNormalization: Op {
  public static let name = "GroupNormalization"
  public static let samples = [
    Sample(GroupNormalization(groups: 1), [[2, 18, 3, 4], [18], [18]]),
    Sample(GroupNormalization(groups: 4, epsilon: 1e-6), [[1, 8, 5], [8], [8]]),
  ]
  /// ONNX's `num_groups`.
  public var groups: Int
  public var epsilon: Float

  public init(groups: Int, epsilon: Float = 1e-5) {
    self.groups = groups
    self.epsilon = epsilon
  }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 3, inputs[0].rank >= 2, groups > 0, inputs[0][1] % groups == 0,
      inputs[1] == [inputs[0][1]], inputs[2] == [inputs[0][1]]
    else { throw GraphError("expects x [batch, channels, ...] in \(groups) groups, scale and bias, found \(inputs)") }
    return inputs[0]
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    var y = inputs[0]
    let channels = y.shape[1]
    let plane = y.shape[2...].reduce(1, *)
    let size = channels / groups * plane
    for first in stride(from: 0, to: y.scalars.count, by: size) {
      let values = y.scalars[first..<first + size].map(Double.init)
      let mean = values.reduce(0, +) / Double(size)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(size)
      let factor = 1 / (variance + Double(epsilon)).squareRoot()
      for (i, v) in values.enumerated() {
        let c = (first + i) / plane % channels
        y.scalars[first + i] = Float((v - mean) * factor * Double(inputs[1].scalars[c]) + Double(inputs[2].scalars[c]))
      }
    }
    return y
  }
}
