public import SwiftletGraph

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// eˣ / Σ eˣ along the last dimension.
public struct Softmax: Op {
  public static let name = "Softmax"
  public static let samples = [Sample(Softmax(), [[2, 3, 37]], range: -8...8), Sample(Softmax(), [[2, 1000]])]
  public init() {}

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, inputs[0].rank > 0 else { throw GraphError("expects one array, found \(inputs)") }
    return inputs[0]
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    var y = inputs[0]
    let size = y.shape[y.shape.rank - 1]
    for row in Swift.stride(from: 0, to: y.scalars.count, by: size) {
      let range = row..<row + size
      let largest = y.scalars[range].max()!
      let exponentials = y.scalars[range].map { exp(Double($0 - largest)) }
      let sum = exponentials.reduce(0, +)
      for (i, e) in zip(range, exponentials) { y.scalars[i] = Float(e / sum) }
    }
    return y
  }
}

extension Tensor {
  /// Softmax over the last dimension.
  public var softmax: Tensor { apply(Softmax()) }
}
