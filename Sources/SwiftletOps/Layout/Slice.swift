public import SwiftletGraph

/// The positions `start`, `start + step`, … before `end` along `axis`.
public struct Slice: Op {
  public static let name = "Slice"
  public static let samples = [
    Sample(Slice(axis: 1, start: 3, end: 20), [[2, 24, 3, 4]]),
    Sample(Slice(axis: 1, start: 0, end: 16), [[1, 32, 3, 3]]),
    Sample(Slice(axis: 1, start: 1, end: 9, step: 2), [[2, 9, 3, 3]]),
    Sample(Slice(axis: 0, start: 1, end: 2), [[3, 4]]),
    Sample(Slice(axis: 2, start: 1, end: 4, step: 2), [[2, 20, 5, 3]]),
    Sample(Slice(axis: 3, start: 2, end: 5), [[2, 20, 3, 6]]),
    Sample(Slice(axis: 1, start: 1, end: 4), [[2, 5, 20]]),
    Sample(Slice(axis: 2, start: 3, end: 12), [[2, 5, 20]]),
  ]
  public var axis: Int
  public var start: Int
  public var end: Int
  public var step: Int

  public init(axis: Int, start: Int, end: Int, step: Int = 1) {
    (self.axis, self.start, self.end, self.step) = (axis, start, end, step)
  }

  /// How many positions there are.
  private var count: Int { (end - start - 1) / step + 1 }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, axis >= 0, axis < inputs[0].rank, start >= 0, start < end, end <= inputs[0][axis], step > 0
    else { throw GraphError("\(start)..<\(end) is not a range of axis \(axis) of \(inputs)") }
    var out = inputs[0]
    out[axis] = count
    return out
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let x = inputs[0]
    let run = x.shape[(axis + 1)...].reduce(1, *)
    var scalars: [Float] = []
    for outer in 0..<x.shape[..<axis].reduce(1, *) {
      for i in 0..<count {
        let first = (outer * x.shape[axis] + start + i * step) * run
        scalars += x.scalars[first..<first + run]
      }
    }
    return NDArray(try! shape([x.shape]), scalars)
  }
}

extension Tensor {
  /// A range of channels.
  public subscript(channels range: Range<Int>) -> Tensor {
    apply(Slice(axis: 1, start: range.lowerBound, end: range.upperBound))
  }

  /// The channels in `count` equal parts.
  public func split(_ count: Int) -> [Tensor] {
    let size = channels / count
    return (0..<count).map { self[channels: $0 * size..<($0 + 1) * size] }
  }
}
