public import SwiftletGraph

/// Normalisation of each channel by stored statistics: `(x − mean) / √(variance + epsilon) · scale + bias`.
///
/// Inputs: x `[batch, channels, …]`, then scale, bias, mean and variance, `[channels]` each. Ioffe and Szegedy, ICML 2015.
public struct BatchNormalization: Op {
  public static let name = "BatchNormalization"
  public var epsilon: Float

  public init(epsilon: Float = 1e-5) { self.epsilon = epsilon }

  public static let samples = [
    Sample(BatchNormalization(), [[2, 5, 3, 4], [5], [5], [5], [5]], range: 0.1...2),
    Sample(BatchNormalization(epsilon: 1e-3), [[2, 18], [18], [18], [18], [18]], range: 0.1...2),
  ]

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 5, inputs[0].rank >= 2 else { throw GraphError("expects x, scale, bias, mean, variance") }
    for statistic in inputs.dropFirst() where statistic != [inputs[0][1]] {
      throw GraphError("a statistic is \(statistic), expected [\(inputs[0][1])]")
    }
    return inputs[0]
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let x = inputs[0]
    let (scale, bias, mean, variance) = (inputs[1].scalars, inputs[2].scalars, inputs[3].scalars, inputs[4].scalars)
    let plane = x.shape.dropFirst(2).reduce(1, *)
    return NDArray(x.shape) { i in
      let c = i / plane % x.shape[1]
      let factor = Double(scale[c]) / (Double(variance[c]) + Double(epsilon)).squareRoot()
      return Float((Double(x.scalars[i]) - Double(mean[c])) * factor + Double(bias[c]))
    }
  }
}
