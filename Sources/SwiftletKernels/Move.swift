public import CVector

/// A matrix to another place: from, floats between its rows and between its columns, to, the same there, rows, columns.
public typealias MoveFunction = @convention(c) (Source, Int, Int, Target, Int, Int, Int, Int) -> Void

/// Copies rows whose values are neighbours on both sides, turns squares where they are neighbours in rows here and in columns there;
/// everything else goes value by value.
@inlinable @inline(__always)
public func move<V: Vector>(
  _ v: V.Type, _ x: Source, _ xRow: Int, _ xColumn: Int, _ y: Target, _ yRow: Int, _ yColumn: Int, _ rows: Int,
  _ columns: Int
) {
  if xColumn == 1 && yColumn == 1 {
    copyRows(v, x, xRow, y, yRow, rows, columns)
  } else if xRow == 1 && yRow == 1 {
    copyRows(v, x, xColumn, y, yColumn, columns, rows)
  } else if xColumn == 1 && yRow == 1 {
    turn(x, xRow, y, yColumn, rows, columns)
  } else if xRow == 1 && yColumn == 1 {
    turn(x, xColumn, y, yRow, columns, rows)
  } else {
    for i in 0..<rows {
      for j in 0..<columns { y[i * yRow + j * yColumn] = x[i * xRow + j * xColumn] }
    }
  }
}

@inlinable @inline(__always)
func copyRows<V: Vector>(_ v: V.Type, _ x: Source, _ xRow: Int, _ y: Target, _ yRow: Int, _ rows: Int, _ columns: Int) {
  if columns < 16 {  // a part of a block
    var j = 0
    if columns & 8 != 0 {
      copyColumns(SIMD8<Float>.self, x, xRow, y, yRow, rows)
      j = 8
    }
    if columns & 4 != 0 {
      copyColumns(SIMD4<Float>.self, x + j, xRow, y + j, yRow, rows)
      j += 4
    }
    while j < columns {
      for i in 0..<rows { y[i * yRow + j] = x[i * xRow + j] }
      j += 1
    }
    return
  }
  var i = 0
  while i < rows {
    let (from, to) = (x + i * xRow, y + i * yRow)
    var j = 0
    while j + V.lanes <= columns {
      V(from + j).store(to + j)
      j += V.lanes
    }
    while j < columns {
      to[j] = from[j]
      j += 1
    }
    i += 1
  }
}

/// As many columns as `V` has lanes.
@inlinable @inline(__always)
func copyColumns<V: Vector>(_ v: V.Type, _ x: Source, _ xRow: Int, _ y: Target, _ yRow: Int, _ rows: Int) {
  for i in 0..<rows { V(x + i * xRow).store(y + i * yRow) }
}

/// Rows of x become columns of y.
@inlinable @inline(__always)
func turn(_ x: Source, _ xRow: Int, _ y: Target, _ yColumn: Int, _ rows: Int, _ columns: Int) {
  let (wholeRows, wholeColumns) = (rows / 8 * 8, columns / 8 * 8)
  var i = 0
  while i < wholeRows {
    var j = 0
    while j < wholeColumns {
      transpose8(x + i * xRow + j, xRow, y + j * yColumn + i, yColumn)
      j += 8
    }
    while j < columns {
      for k in i..<i + 8 { y[j * yColumn + k] = x[k * xRow + j] }
      j += 1
    }
    i += 8
  }
  while i < rows {
    for j in 0..<columns { y[j * yColumn + i] = x[i * xRow + j] }
    i += 1
  }
}
