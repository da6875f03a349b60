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

/// The mean over some dimensions, which stay with size 1 or go.
public struct ReduceMean: Op {
  public static let name = "ReduceMean"
  public static let samples = [
    Sample(ReduceMean(axes: [1], keepDimensions: false), [[2, 5, 12]]),
    Sample(ReduceMean(axes: [2, 3]), [[2, 5, 3, 4]]),
  ]
  public var axes: [Int]
  public var keepDimensions: Bool

  public init(axes: [Int], keepDimensions: Bool = true) {
    self.axes = axes
    self.keepDimensions = keepDimensions
  }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, axes.allSatisfy({ $0 >= 0 && $0 < inputs[0].rank }) else {
      throw GraphError("the axes \(axes) are not all dimensions of \(inputs)")
    }
    var out: [Int] = []
    for (d, size) in inputs[0].enumerated() {
      if !axes.contains(d) { out.append(size) } else if keepDimensions { out.append(1) }
    }
    return Shape(out)
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let x = inputs[0]
    let steps = x.shape.strides
    var kept = x.shape
    for axis in axes { kept[axis] = 1 }
    var sums = [Double](repeating: 0, count: kept.elementCount)
    for i in x.scalars.indices {
      var position = 0
      for d in 0..<x.shape.rank where !axes.contains(d) { position += i / steps[d] % x.shape[d] * kept.strides[d] }
      sums[position] += Double(x.scalars[i])
    }
    let count = Double(x.shape.elementCount / kept.elementCount)
    return NDArray(try! shape([x.shape]), sums.map { Float($0 / count) })
  }
}

extension Tensor {
  public var globalAveragePooled: Tensor { apply(GlobalAveragePool()) }
}
