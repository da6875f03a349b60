public import SwiftletGraph

/// Arrays one after another along `axis`.
public struct Concat: Op {
  public static let name = "Concat"
  public static let samples = [
    Sample(Concat(axis: 1), [[2, 5, 3, 4], [2, 18, 3, 4]]),
    Sample(Concat(axis: 1), [[1, 16, 3, 3], [1, 32, 3, 3], [1, 7, 3, 3]]),
    Sample(Concat(axis: 0), [[2, 3], [4, 3]]),
    Sample(Concat(axis: 1), [[2, 1, 20], [2, 5, 20]]),
    Sample(Concat(axis: 3), [[2, 20, 3, 2], [2, 20, 3, 4]]),
    Sample(Concat(axis: 2), [[2, 3, 20], [2, 3, 4]]),
  ]
  public var axis: Int
  public init(axis: Int) { self.axis = axis }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard let first = inputs.first, axis >= 0, axis < first.rank else {
      throw GraphError("no axis \(axis) in \(inputs)")
    }
    var out = first
    for part in inputs.dropFirst() {
      guard part.rank == first.rank, part.indices.allSatisfy({ $0 == axis || part[$0] == first[$0] }) else {
        throw GraphError("\(part) does not continue \(first) along axis \(axis)")
      }
      out[axis] += part[axis]
    }
    return out
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let out = try! shape(inputs.map(\.shape))
    var scalars: [Float] = []
    scalars.reserveCapacity(out.elementCount)
    for outer in 0..<out[..<axis].reduce(1, *) {
      for part in inputs {
        let run = part.shape[axis...].reduce(1, *)
        scalars += part.scalars[outer * run..<(outer + 1) * run]
      }
    }
    return NDArray(out, scalars)
  }
}

/// The values of the parts one after another along the channels.
public func concat(_ parts: [Tensor]) -> Tensor { parts[0].builder.add(Concat(axis: 1), parts) }
public func concat(_ parts: Tensor...) -> Tensor { concat(parts) }
