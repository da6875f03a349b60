public import SwiftletGraph

/// Normalisation of the last dimension to mean 0 and variance 1, then scale and bias of its size. Ba et al., 2016.
public struct LayerNormalization: Op {
  public static let name = "LayerNormalization"
  public static let samples = [
    Sample(LayerNormalization(), [[2, 5, 36], [36], [36]]),
    Sample(LayerNormalization(epsilon: 1e-6), [[3, 19], [19], [19]]),
    Sample(LayerNormalization(), [[2, 3, 4, 37], [37], [37]]),
  ]
  public var epsilon: Float
  public init(epsilon: Float = 1e-5) { self.epsilon = epsilon }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 3, let size = inputs[0].last, inputs[1] == [size], inputs[2] == [size] else {
      throw GraphError("expects x [..., size], scale [size], bias [size], found \(inputs)")
    }
    return inputs[0]
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    var y = inputs[0]
    let size = y.shape[y.shape.rank - 1]
    for row in Swift.stride(from: 0, to: y.scalars.count, by: size) {
      let values = y.scalars[row..<row + size].map(Double.init)
      let mean = values.reduce(0, +) / Double(size)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(size)
      let factor = 1 / (variance + Double(epsilon)).squareRoot()
      for (i, v) in values.enumerated() {
        y.scalars[row + i] = Float((v - mean) * factor * Double(inputs[1].scalars[i]) + Double(inputs[2].scalars[i]))
      }
    }
    return y
  }
}
