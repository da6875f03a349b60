public import SwiftletGraph

/// The mean of each map: `[batch, channels, height, width]` → `[batch, channels, 1, 1]`.
public struct GlobalAveragePool: Op {
  public static let name = "GlobalAveragePool"
  public static let samples = [
    Sample(GlobalAveragePool(), [[2, 5, 3, 4]]), Sample(GlobalAveragePool(), [[1, 33, 7, 7]]),
  ]
  public init() {}

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, inputs[0].rank == 4 else {
      throw GraphError("expects one map [batch, channels, height, width]")
    }
    return [inputs[0][0], inputs[0][1], 1, 1]
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let x = inputs[0]
    let plane = x.shape[2] * x.shape[3]
    return NDArray([x.shape[0], x.shape[1], 1, 1]) { i in
      Float(x.scalars[i * plane..<(i + 1) * plane].reduce(0.0) { $0 + Double($1) } / Double(plane))
    }
  }
}

extension Tensor {
  public var globalAveragePooled: Tensor { apply(GlobalAveragePool()) }
}
