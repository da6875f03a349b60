public import SwiftletGraph

/// The positions of x along `axis` that the second input names: y[…, i, …] = x[…, indices[i], …].
///
/// Indices `[count]` are whole numbers held as floats. They may come from a file of weights: what lies outside the axis
/// is taken as its nearest end, what is not a number as 0.
public struct Gather: Op {
  public static let name = "Gather"
  public static let samples = [
    Sample(Gather(axis: 1), [[2, 5, 3, 4], [7]], range: 0...4),
    Sample(Gather(axis: 1), [[3, 9], [4]], range: 0...8),
    Sample(Gather(axis: 0), [[4, 2, 3], [5]]),
  ]
  public var axis: Int
  public init(axis: Int) { self.axis = axis }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 2, axis >= 0, axis < inputs[0].rank, inputs[1].rank == 1 else {
      throw GraphError("expects x with an axis \(axis) and indices [count], found \(inputs)")
    }
    var out = inputs[0]
    out[axis] = inputs[1][0]
    return out
  }

  /// The position that `index` names on an axis of `size`.
  public func position(_ index: Float, of size: Int) -> Int { index > 0 ? Int(min(index, Float(size - 1))) : 0 }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let x = inputs[0]
    let run = x.shape[(axis + 1)...].reduce(1, *)
    let positions = inputs[1].scalars.map { position($0, of: x.shape[axis]) }
    var scalars: [Float] = []
    scalars.reserveCapacity(x.scalars.count / x.shape[axis] * positions.count)
    for outer in 0..<x.shape[..<axis].reduce(1, *) {
      for position in positions {
        let first = (outer * x.shape[axis] + position) * run
        scalars += x.scalars[first..<first + run]
      }
    }
    return NDArray(try! shape(inputs.map(\.shape)), scalars)
  }
}

extension Tensor {
  /// The channels that `indices` `[count]` name.
  public func gathered(_ indices: Tensor) -> Tensor { apply(Gather(axis: 1), indices) }
}
