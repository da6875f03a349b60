/// What one pool needs to know.
public struct PoolArguments: BitwiseCopyable, Sendable {
  public var inputHeight = 0
  public var inputWidth = 0
  public var outputHeight = 0
  public var outputWidth = 0
  public var kernelHeight = 0
  public var kernelWidth = 0
  public var strideY = 1
  public var strideX = 1
  public var dilationY = 1
  public var dilationX = 1
  public var top = 0
  public var left = 0
  public init() {}
}

/// Rows `first..<last` of one block: arguments, input block, factor of each output pixel (average only), output block.
public typealias PoolFunction = @convention(c) (UnsafeRawPointer, Source, Source?, Target, Int, Int) -> Void

public protocol PoolFormula {
  static var start: Float { get }
  static func fold<V: Vector>(_ a: V, _ b: V) -> V
}
public enum MaxFormula: PoolFormula {
  @inlinable @inline(__always) public static var start: Float { -.infinity }
  @inlinable @inline(__always) public static func fold<V: Vector>(_ a: V, _ b: V) -> V { a.most(b) }
}
public enum SumFormula: PoolFormula {
  @inlinable @inline(__always) public static var start: Float { 0 }
  @inlinable @inline(__always) public static func fold<V: Vector>(_ a: V, _ b: V) -> V { a.plus(b) }
}

/// The taps of a window that lie inside the map: the first, and how many.
@inlinable @inline(__always)
func taps(_ start: Int, _ count: Int, _ dilation: Int, _ size: Int) -> (first: Int, count: Int) {
  let first = start < 0 ? (dilation - 1 - start) / dilation : 0
  let end = start < size ? min(count, (size - 1 - start) / dilation + 1) : 0
  return (first, max(0, end - first))
}

/// Pooling with windows of any size; the loops for 2 and 3 columns, which nearly all pools have, are unrolled.
@inlinable @inline(__always)
public func pool<F: PoolFormula, V: Vector>(
  _ f: F.Type, _ v: V.Type, _ arguments: UnsafeRawPointer, _ x: Source, _ factors: Source?, _ y: Target, _ first: Int,
  _ last: Int
) {
  let p = arguments.assumingMemoryBound(to: PoolArguments.self).pointee
  switch p.kernelWidth {
  case 2: poolRows(f, v, N2.self, p, x, factors, y, first, last)
  case 3: poolRows(f, v, N3.self, p, x, factors, y, first, last)
  default: poolRows(f, v, N0.self, p, x, factors, y, first, last)
  }
}

/// - Parameter columns: how many a window has; 0 where only `p` tells.
@inlinable @inline(__always)
func poolRows<F: PoolFormula, V: Vector, K: Number>(
  _ f: F.Type, _ v: V.Type, _ columns: K.Type, _ p: PoolArguments, _ x: Source, _ factors: Source?, _ y: Target,
  _ first: Int, _ last: Int
) {
  let width = K.value == 0 ? p.kernelWidth : K.value
  let rowStep = p.dilationY * p.inputWidth * 16
  for row in first..<last {
    let top = row * p.strideY - p.top
    let rows = taps(top, p.kernelHeight, p.dilationY, p.inputHeight)
    let line = x + (top + rows.first * p.dilationY) * p.inputWidth * 16
    for column in 0..<p.outputWidth {
      let pixel = row * p.outputWidth + column
      let left = column * p.strideX - p.left
      let factor = factors.map { V(splat: $0[pixel]) }
      for lane in stride(from: 0, to: 16, by: V.lanes) {
        let to = y + (pixel * 16 + lane)
        let result: V
        if left >= 0 && left + (width - 1) * p.dilationX < p.inputWidth {
          result = window(f, v, line + (left * 16 + lane), rows.count, width, rowStep, p.dilationX * 16)
        } else {
          let inside = taps(left, width, p.dilationX, p.inputWidth)
          let from = line + ((left + inside.first * p.dilationX) * 16 + lane)
          result = window(f, v, from, rows.count, inside.count, rowStep, p.dilationX * 16)
        }
        (factor.map { result.times($0) } ?? result).store(to)
      }
    }
  }
}

/// Folds `rows` × `columns` values, so many floats apart, row by row.
@inlinable @inline(__always)
func window<F: PoolFormula, V: Vector>(
  _ f: F.Type, _ v: V.Type, _ x: Source, _ rows: Int, _ columns: Int, _ rowStep: Int, _ step: Int
) -> V {
  var result = V(splat: F.start)
  var from = x
  for _ in 0..<rows {
    for i in 0..<columns { result = F.fold(result, V(from + i * step)) }
    from += rowStep
  }
  return result
}
