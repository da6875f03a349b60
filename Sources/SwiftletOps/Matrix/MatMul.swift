public import SwiftletGraph

/// The matrix product of the last two dimensions; the leading ones are equal.
public struct MatMul: Op {
  public static let name = "MatMul"
  public static let samples = [
    Sample(MatMul(), [[2, 3, 5], [2, 5, 7]]), Sample(MatMul(), [[2, 2, 9, 17], [2, 2, 17, 20]]),
    Sample(MatMul(), [[70, 3], [3, 40]]),
  ]
  public init() {}

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 2, inputs[0].rank >= 2, inputs[0].rank == inputs[1].rank,
      inputs[0].dropLast(2).elementsEqual(inputs[1].dropLast(2)),
      inputs[0][inputs[0].rank - 1] == inputs[1][inputs[1].rank - 2]
    else { throw GraphError("\(inputs) are not matrices that can be multiplied") }
    return Shape(inputs[0].dropLast() + [inputs[1][inputs[1].rank - 1]])
  }

  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost {
    Cost(multiplyAdds: output.elementCount * inputs[0][inputs[0].rank - 1], moving: inputs, output)
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let (a, b) = (inputs[0], inputs[1])
    let rank = a.shape.rank
    let (rows, inner, columns) = (a.shape[rank - 2], a.shape[rank - 1], b.shape[rank - 1])
    return NDArray(try! shape([a.shape, b.shape])) { i in
      let (m, r, c) = (i / (rows * columns), i / columns % rows, i % columns)
      var sum = 0.0
      for k in 0..<inner {
        sum += Double(a.scalars[(m * rows + r) * inner + k]) * Double(b.scalars[(m * inner + k) * columns + c])
      }
      return Float(sum)
    }
  }
}

extension Tensor {
  public func matrixProduct(_ other: Tensor) -> Tensor { apply(MatMul(), other) }
}
