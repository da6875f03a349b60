public import SwiftletGraph

extension Shape {
  /// The shape with ones in front, up to `rank` dimensions.
  public func padded(_ rank: Int) -> Shape { Shape([Int](repeating: 1, count: rank - self.rank) + dimensions) }
}

extension NDArray {
  /// The array with dimensions of size 1 repeated to fill `target`.
  func broadcast(to target: Shape) -> NDArray {
    if shape == target { return self }
    let source = shape.padded(target.rank)
    let steps = zip(source.strides, source).map { $1 == 1 ? 0 : $0 }
    let outer = target.strides
    return NDArray(target) { i in
      var position = 0
      for d in 0..<target.rank { position += i / outer[d] % target[d] * steps[d] }
      return scalars[position]
    }
  }
}
