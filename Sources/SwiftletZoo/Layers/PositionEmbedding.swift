import SwiftletGraph
import SwiftletOps

extension Tensor {
  /// A learned table of positions `[1, prefix + side², size]`, resampled for a grid of another size.
  ///
  /// The first `prefix` entries belong to tokens without a place and stay. Bicubic with antialiasing, as timm's
  /// `resample_abs_pos_embed`.
  func resampledPositions(prefix: Int, side: Int, rows: Int, columns: Int) -> Tensor {
    if (rows, columns) == (side, side) || builder.error != nil { return self }
    let size = shape[2]
    let grid = apply(Slice(axis: 1, start: prefix, end: shape[1])).reshaped([side, side * size])
    let stretched = constant(cubicResampling(side, rows)).matrixProduct(grid).reshaped([rows, side, size])
    let turned = stretched.transposed([1, 0, 2]).reshaped([side, rows * size])
    let resampled = constant(cubicResampling(side, columns)).matrixProduct(turned).reshaped([columns, rows, size])
    let positions = resampled.transposed([1, 0, 2]).reshaped([1, rows * columns, size])
    return concat(apply(Slice(axis: 1, start: 0, end: prefix)), positions)
  }
}

/// The matrix `[to, from]` that resamples by Keys' cubic (a = −1/2), widened where the target is smaller.
private func cubicResampling(_ from: Int, _ to: Int) -> NDArray {
  let scale = Double(from) / Double(to)
  let width = max(1, scale)
  var scalars: [Float] = []
  for i in 0..<to {
    let center = scale * (Double(i) + 0.5)
    let row = (0..<from).map { cubic((Double($0) + 0.5 - center) / width) }
    let sum = row.reduce(0, +)
    scalars += row.map { Float($0 / sum) }
  }
  return NDArray([to, from], scalars)
}

private func cubic(_ distance: Double) -> Double {
  let x = abs(distance)
  if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
}
