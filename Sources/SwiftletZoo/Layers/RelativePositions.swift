import SwiftletGraph
import SwiftletOps

extension Tensor {
  /// A learned table `[heads, side²]` of what attention adds for each distance between two pixels, written out for all
  /// pairs: `[heads, queries, keys]`.
  ///
  /// Entry r · side + c is for pixels r rows and c columns apart. Keys are all pixels of a map of `rows` × `columns`, queries
  /// every `stride`-th on each axis. On a map that is not `side` × `side` distances are stretched and entries interpolated.
  /// Graham et al., "LeViT", ICCV 2021, §4.3.
  func relativePositions(side: Int, rows: Int, columns: Int, stride: Int = 1) -> Tensor {
    let heads = shape[0]
    let queries = (rows: (rows + stride - 1) / stride, columns: (columns + stride - 1) / stride)
    guard max(rows, columns) <= 2048 else {
      builder.fail("attention between all pixels of a map of \(rows)x\(columns), expected at most 2048x2048")
      return self
    }
    let horizontal = constant(distances(side, columns, stride))
    let byColumn = reshaped([heads * side, side]).matrixProduct(horizontal)
      .reshaped([heads, side, queries.columns * columns]).transposed([0, 2, 1])
    let vertical = constant(distances(side, rows, stride))
    let pairs = byColumn.reshaped([heads * queries.columns * columns, side]).matrixProduct(vertical)
    return pairs.reshaped([heads, queries.columns, columns, queries.rows, rows]).transposed([0, 3, 1, 4, 2])
      .reshaped([heads, queries.rows * queries.columns, rows * columns])
  }
}

/// The matrix `[side, queries · keys]` that picks the entry for the distance of each pair along one axis of `keys` pixels.
private func distances(_ side: Int, _ keys: Int, _ stride: Int) -> NDArray {
  let queries = (keys + stride - 1) / stride
  let scale = keys == side || keys == 1 ? 1 : Double(side - 1) / Double(keys - 1)
  return NDArray([side, queries * keys]) { i in
    let (entry, pair) = (i / (queries * keys), i % (queries * keys))
    let distance = Double(abs(pair / keys * stride - pair % keys)) * scale
    return Float(max(0, 1 - abs(distance - Double(entry))))
  }
}
