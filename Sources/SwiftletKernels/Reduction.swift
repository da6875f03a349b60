// Sums along one dimension, in a fixed order whatever else runs.

/// One row of neighbouring values: from, count, to, factor of the sum.
public typealias ReduceRowFunction = @convention(c) (Source, Int, Target, Float) -> Void
/// Columns side by side: from, floats between rows, rows, to, columns, factor of the sums.
public typealias ReduceColumnsFunction = @convention(c) (Source, Int, Int, Target, Int, Float) -> Void

/// The 16 sums of each row of a block: from, pixels of a row, rows, to.
public typealias RowSumsFunction = @convention(c) (Source, Int, Int, Target) -> Void

public protocol ReduceFormula {
  static func add<V: Vector>(_ sum: V, _ x: V) -> V
  static func finish(_ sum: Float) -> Float
}
public enum PlainSum: ReduceFormula {
  @inlinable @inline(__always) public static func add<V: Vector>(_ sum: V, _ x: V) -> V { sum.plus(x) }
  @inlinable @inline(__always) public static func finish(_ sum: Float) -> Float { sum }
}
/// The square root of the sum of squares.
public enum Length: ReduceFormula {
  @inlinable @inline(__always) public static func add<V: Vector>(_ sum: V, _ x: V) -> V { sum.fma(x, x) }
  @inlinable @inline(__always) public static func finish(_ sum: Float) -> Float { sum.squareRoot() }
}

@inlinable @inline(__always)
public func reduceRow<F: ReduceFormula, V: Vector>(
  _ f: F.Type, _ v: V.Type, _ x: Source, _ count: Int, _ y: Target, _ factor: Float
) {
  var (a, b) = (V(splat: 0), V(splat: 0))
  var i = 0
  while i + 2 * V.lanes <= count {
    a = F.add(a, V(x + i))
    b = F.add(b, V(x + i + V.lanes))
    i += 2 * V.lanes
  }
  while i < count {
    let rest = min(V.lanes, count - i)
    a = F.add(a, rest == V.lanes ? V(x + i) : partial(v, x + i, rest, 0))
    i += rest
  }
  y.pointee = F.finish(a.plus(b).sum * factor)
}

/// Four sums for each column hide the latency of the additions.
@inlinable @inline(__always)
public func reduceColumns<F: ReduceFormula, V: Vector>(
  _ f: F.Type, _ v: V.Type, _ x: Source, _ step: Int, _ rows: Int, _ y: Target, _ columns: Int, _ factor: Float
) {
  var j = 0
  while j < columns {
    let count = min(V.lanes, columns - j)
    var (a, b, c, d) = (V(splat: 0), V(splat: 0), V(splat: 0), V(splat: 0))
    var p = x + j
    var i = 0
    if count == V.lanes {
      while i + 4 <= rows {
        a = F.add(a, V(p))
        b = F.add(b, V(p + step))
        c = F.add(c, V(p + 2 * step))
        d = F.add(d, V(p + 3 * step))
        p += 4 * step
        i += 4
      }
    }
    while i < rows {
      a = F.add(a, count == V.lanes ? V(p) : partial(v, p, count, 0))
      p += step
      i += 1
    }
    storePartial(a.plus(b).plus(c.plus(d)).times(V(splat: factor)), y + j, count)
    for k in j..<j + count { y[k] = F.finish(y[k]) }
    j += count
  }
}

/// Two sums for each lane hide the latency of the additions.
@inlinable @inline(__always)
public func rowSums<V: Vector>(_ v: V.Type, _ x: Source, _ pixels: Int, _ rows: Int, _ y: Target) {
  for row in 0..<rows {
    var lane = 0
    while lane < 16 {
      var p = x + (row * pixels * 16 + lane)
      var (a, b) = (V(splat: 0), V(splat: 0))
      var left = pixels
      while left >= 2 {
        a = a.plus(V(p))
        b = b.plus(V(p + 16))
        p += 32
        left -= 2
      }
      if left > 0 { a = a.plus(V(p)) }
      a.plus(b).store(y + (row * 16 + lane))
      lane += V.lanes
    }
  }
}
