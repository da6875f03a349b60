/// Where a matrix lies in an array: its first element, how far apart its rows and its columns are.
struct Strides {
  var start: Int
  var row: Int
  var column: Int

  func from(row r: Int, column c: Int) -> Strides { Strides(start: at(r, c), row: row, column: column) }
  func at(_ r: Int, _ c: Int) -> Int { start + r * row + c * column }
  var transposed: Strides { Strides(start: start, row: column, column: row) }
}

/// Adds a · b to y, whose columns are next to each other.
///
/// Tiles of 4 × 4 sums stay in registers; pieces of both matrices are copied in the order in which tiles read them.
func addProduct(
  _ a: [Double], _ aStrides: Strides, _ b: [Double], _ bStrides: Strides, rows: Int, depth: Int, columns: Int,
  to y: inout [Double], _ yStrides: Strides
) {
  let (mostDepth, mostColumns) = (256, 256)
  var packedA = [SIMD4<Double>](repeating: .zero, count: mostDepth)
  var packedB = [SIMD4<Double>](repeating: .zero, count: mostDepth * mostColumns / 4)
  for k in stride(from: 0, to: depth, by: mostDepth) {
    let products = min(mostDepth, depth - k)
    for column in stride(from: 0, to: columns, by: mostColumns) {
      let width = min(mostColumns, columns - column)
      for tile in stride(from: 0, to: width, by: 4) {
        pack(
          b, bStrides.from(row: k, column: column + tile), products, min(4, width - tile), &packedB,
          tile / 4 * products)
      }
      for row in stride(from: 0, to: rows, by: 4) {
        let height = min(4, rows - row)
        pack(a, aStrides.from(row: row, column: k).transposed, products, height, &packedA, 0)
        for tile in stride(from: 0, to: width, by: 4) {
          let sums = tileProduct(packedA, packedB, tile / 4 * products, products)
          for r in 0..<height {
            for c in 0..<min(4, width - tile) { y[yStrides.at(row + r, column + tile + c)] += sums[r][c] }
          }
        }
      }
    }
  }
}

/// So many rows of up to four columns, zeros behind them.
private func pack(
  _ from: [Double], _ strides: Strides, _ rows: Int, _ columns: Int, _ to: inout [SIMD4<Double>], _ start: Int
) {
  from.withUnsafeBufferPointer { from in
    to.withUnsafeMutableBufferPointer { to in
      for r in 0..<rows {
        var row = SIMD4<Double>.zero
        for c in 0..<columns { row[c] = from[strides.at(r, c)] }
        to[start + r] = row
      }
    }
  }
}

/// The sums of four rows by four columns.
private func tileProduct(
  _ a: [SIMD4<Double>], _ b: [SIMD4<Double>], _ start: Int, _ depth: Int
) -> InlineArray<4, SIMD4<Double>> {
  var (s0, s1, s2, s3) = (SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero)
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      var (p, q) = (UnsafeRawPointer(a.baseAddress!).assumingMemoryBound(to: Double.self), b.baseAddress! + start)
      for _ in 0..<depth {
        let x = q.pointee
        s0 += SIMD4(repeating: p[0]) * x
        s1 += SIMD4(repeating: p[1]) * x
        s2 += SIMD4(repeating: p[2]) * x
        s3 += SIMD4(repeating: p[3]) * x
        p += 4
        q += 1
      }
    }
  }
  return [s0, s1, s2, s3]
}
