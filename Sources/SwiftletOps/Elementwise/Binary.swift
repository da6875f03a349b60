public import SwiftletGraph

/// An operator that joins two arrays element by element; dimensions of size 1 are repeated, missing leading ones too.
public protocol Binary: Op {
  /// The formula, in double precision.
  func formula(_ a: Double, _ b: Double) -> Double
}

extension Binary {
  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 2 else { throw GraphError("expects two inputs, found \(inputs.count)") }
    let rank = Swift.max(inputs[0].rank, inputs[1].rank)
    var out: [Int] = []
    let (a, b) = (inputs[0].padded(rank), inputs[1].padded(rank))
    for (m, n) in zip(a, b) {
      guard m == n || m == 1 || n == 1 else { throw GraphError("\(inputs[0]) and \(inputs[1]) do not go together") }
      out.append(m == 1 ? n : m)
    }
    return Shape(out)
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let out = try! shape(inputs.map(\.shape))
    let a = inputs[0].broadcast(to: out)
    let b = inputs[1].broadcast(to: out)
    return NDArray(out) { Float(formula(Double(a.scalars[$0]), Double(b.scalars[$0]))) }
  }

  static func sampled(_ op: Self, range: ClosedRange<Float> = -2...2) -> [Sample] {
    [
      Sample(op, [[2, 5, 3, 4], [2, 5, 3, 4]], range: range),
      Sample(op, [[2, 20, 3, 4], [2, 20, 1, 1]], range: range),
      Sample(op, [[2, 20, 3, 1], [2, 20, 3, 4]], range: range),
      Sample(op, [[2, 20, 3, 4], [2, 1, 3, 4]], range: range),
      Sample(op, [[2, 20, 3, 4], [20, 1, 1]], range: range),
      Sample(op, [[1, 3, 7, 5], []], range: range),
      Sample(op, [[2, 7, 20], [1, 7, 20]], range: range),
      Sample(op, [[2, 3, 40], [2, 3, 1]], range: range),
      Sample(op, [[2, 3, 17], [17]], range: range),
      Sample(op, [[4, 18], [4, 18]], range: range),
    ]
  }
}

public struct Add: Binary {
  public static let name = "Add"
  public static let samples = sampled(Add())
  public init() {}
  public func formula(_ a: Double, _ b: Double) -> Double { a + b }
}

public struct Sub: Binary {
  public static let name = "Sub"
  public static let samples = sampled(Sub())
  public init() {}
  public func formula(_ a: Double, _ b: Double) -> Double { a - b }
}

public struct Mul: Binary {
  public static let name = "Mul"
  public static let samples = sampled(Mul())
  public init() {}
  public func formula(_ a: Double, _ b: Double) -> Double { a * b }
}

public struct Div: Binary {
  public static let name = "Div"
  public static let samples = sampled(Div(), range: 0.5...2)
  public init() {}
  public func formula(_ a: Double, _ b: Double) -> Double { a / b }
}

extension Tensor {
  public static func + (a: Tensor, b: Tensor) -> Tensor { a.apply(Add(), b) }
  public static func - (a: Tensor, b: Tensor) -> Tensor { a.apply(Sub(), b) }
  public static func * (a: Tensor, b: Tensor) -> Tensor { a.apply(Mul(), b) }
  public static func / (a: Tensor, b: Tensor) -> Tensor { a.apply(Div(), b) }
  public static func * (a: Tensor, b: Float) -> Tensor { a.apply(Mul(), a.constant(NDArray([], [b]))) }
  public static func + (a: Tensor, b: Float) -> Tensor { a.apply(Add(), a.constant(NDArray([], [b]))) }
}
