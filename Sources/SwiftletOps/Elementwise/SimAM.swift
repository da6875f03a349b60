public import SwiftletGraph

/// Each value gated by how far it stands out from its map: x · σ(d / (4 (Σ d / (n − 1) + lambda)) + 1/2), d = (x −
/// mean)².
///
/// Mean and sum are over the n pixels of a map; a map of one pixel has d = 0. No operator of ONNX; exported as its
/// parts. Yang et al., "SimAM", ICML 2021, equation 5 and figure 3.
public struct SimAM: Op {
  public static let name = "SimAM"
  public static let samples = [
    Sample(SimAM(), [[2, 5, 3, 4]]), Sample(SimAM(lambda: 0.1), [[1, 18, 7, 7]]), Sample(SimAM(), [[2, 3, 1, 1]]),
  ]
  public var lambda: Float
  public init(lambda: Float = 1e-4) { self.lambda = lambda }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, inputs[0].rank == 4 else {
      throw GraphError("expects one map [batch, channels, height, width], found \(inputs)")
    }
    return inputs[0]
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    var y = inputs[0]
    let plane = y.shape[2] * y.shape[3]
    for first in stride(from: 0, to: y.scalars.count, by: plane) {
      let values = y.scalars[first..<first + plane].map(Double.init)
      let mean = values.reduce(0, +) / Double(plane)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, plane - 1))
      for (i, v) in values.enumerated() {
        let energy = (v - mean) * (v - mean) / (4 * (variance + Double(lambda))) + 0.5
        y.scalars[first + i] = Float(v * Sigmoid().formula(energy))
      }
    }
    return y
  }
}
