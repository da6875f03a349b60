public import SwiftletGraph

/// An operator that makes one number of all values along some dimensions, which stay with size 1 or go.
public protocol Reduction: Op {
  var axes: [Int] { get }
  /// ONNX's `keepdims`.
  var keepDimensions: Bool { get }
  init(axes: [Int], keepDimensions: Bool)
  /// What is summed for a value.
  func term(_ x: Double) -> Double
  /// What is made of the sum over `count` values.
  func result(_ sum: Double, _ count: Int) -> Double
}

extension Reduction {
  public static var samples: [Sample] {
    [
      Sample(Self(axes: [1], keepDimensions: false), [[2, 5, 12]]),
      Sample(Self(axes: [2, 3], keepDimensions: true), [[2, 5, 3, 4]]),
      Sample(Self(axes: [3], keepDimensions: true), [[1, 3, 2, 19]]),
      Sample(Self(axes: [3], keepDimensions: true), [[2, 20, 4, 5]]),
      Sample(Self(axes: [2, 3], keepDimensions: false), [[2, 20, 3, 4]]),
      Sample(Self(axes: [1], keepDimensions: true), [[2, 20, 1, 1]]),
      Sample(Self(axes: [2], keepDimensions: true), [[2, 5, 35]]),
    ]
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
    let outer = kept.strides
    var sums = [Double](repeating: 0, count: kept.elementCount)
    for i in x.scalars.indices {
      var position = 0
      for d in 0..<x.shape.rank where !axes.contains(d) { position += i / steps[d] % x.shape[d] * outer[d] }
      sums[position] += term(Double(x.scalars[i]))
    }
    let count = x.shape.elementCount / kept.elementCount
    return NDArray(try! shape([x.shape]), sums.map { Float(result($0, count)) })
  }
}

/// Σ x / n.
public struct ReduceMean: Reduction {
  public static let name = "ReduceMean"
  public var axes: [Int]
  public var keepDimensions: Bool
  public init(axes: [Int], keepDimensions: Bool = true) { (self.axes, self.keepDimensions) = (axes, keepDimensions) }
  public func term(_ x: Double) -> Double { x }
  public func result(_ sum: Double, _ count: Int) -> Double { sum / Double(count) }
}

/// Σ x.
public struct ReduceSum: Reduction {
  public static let name = "ReduceSum"
  public var axes: [Int]
  public var keepDimensions: Bool
  public init(axes: [Int], keepDimensions: Bool = true) { (self.axes, self.keepDimensions) = (axes, keepDimensions) }
  public func term(_ x: Double) -> Double { x }
  public func result(_ sum: Double, _ count: Int) -> Double { sum }
}

/// √Σ x².
public struct ReduceL2: Reduction {
  public static let name = "ReduceL2"
  public var axes: [Int]
  public var keepDimensions: Bool
  public init(axes: [Int], keepDimensions: Bool = true) { (self.axes, self.keepDimensions) = (axes, keepDimensions) }
  public func term(_ x: Double) -> Double { x * x }
  public func result(_ sum: Double, _ count: Int) -> Double { sum.squareRoot() }
}
