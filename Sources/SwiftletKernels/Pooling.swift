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

/// Row by row: windows three wide slide, others fold tap after tap into a row of results in memory; then their factors.
@inlinable @inline(__always)
public func pool<F: PoolFormula, V: Vector>(
  _ f: F.Type, _ v: V.Type, _ arguments: UnsafeRawPointer, _ x: Source, _ factors: Source?, _ y: Target, _ first: Int,
  _ last: Int
) {
  let p = arguments.assumingMemoryBound(to: PoolArguments.self).pointee
  for row in first..<last {
    let results = y + row * p.outputWidth * 16
    let top = row * p.strideY - p.top
    let skipped = top < 0 ? (p.dilationY - 1 - top) / p.dilationY : 0
    let end = min(p.kernelHeight, top < p.inputHeight ? (p.inputHeight - 1 - top) / p.dilationY + 1 : 0)
    let (from, rows) = (x + (top + skipped * p.dilationY) * p.inputWidth * 16, end - skipped)
    if p.kernelWidth == 3, p.dilationX == 1, p.strideX < 3, rows > 0 {
      slide(f, v, p, from, rows, results)
    } else {
      foldTaps(f, v, p, from, rows, results)
    }
    guard let factors else { continue }
    for column in 0..<p.outputWidth {
      let factor = V(splat: factors[row * p.outputWidth + column])
      for lane in stride(from: column * 16, to: column * 16 + 16, by: V.lanes) {
        V(results + lane).times(factor).store(results + lane)
      }
    }
  }
}

/// Windows three columns wide, in steps of 1 or 2: each column is folded once, and two or one of them stay for the next window.
@inlinable @inline(__always)
func slide<F: PoolFormula, V: Vector>(
  _ f: F.Type, _ v: V.Type, _ p: PoolArguments, _ x: Source, _ rows: Int, _ results: Target
) {
  let rowStep = p.dilationY * p.inputWidth * 16
  for lane in stride(from: 0, to: 16, by: V.lanes) {
    func column(_ i: Int) -> V {
      guard i >= 0, i < p.inputWidth else { return V(splat: F.start) }
      let from = x + (i * 16 + lane)
      if rows == 3 { return F.fold(F.fold(V(from), V(from + rowStep)), V(from + 2 * rowStep)) }
      var folded = V(from)
      for row in 1..<max(rows, 1) { folded = F.fold(folded, V(from + row * rowStep)) }
      return folded
    }
    var (first, second) = (column(-p.left), column(1 - p.left))
    for j in 0..<p.outputWidth {
      let i = j * p.strideX - p.left
      let third = column(i + 2)
      F.fold(F.fold(first, second), third).store(results + (j * 16 + lane))
      (first, second) = p.strideX == 1 ? (second, third) : (third, column(i + 3))
    }
  }
}

/// Any windows. Their rows inside the map are folded together, three at a time: fewer trips of the results.
@inlinable @inline(__always)
func foldTaps<F: PoolFormula, V: Vector>(
  _ f: F.Type, _ v: V.Type, _ p: PoolArguments, _ x: Source, _ rows: Int, _ results: Target
) {
  for i in stride(from: 0, to: p.outputWidth * 16, by: V.lanes) { V(splat: F.start).store(results + i) }
  for kx in 0..<p.kernelWidth {
    let tap = RowTap(p.outputWidth, p.strideX, kx * p.dilationX - p.left, p.inputWidth)
    let (to, step, rowStep) = (results + tap.first * 16, p.strideX * 16, p.dilationY * p.inputWidth * 16)
    var from = x + tap.input * 16
    var left = rows
    while left >= 3 {
      foldThree(f, v, to, from, rowStep, step, tap.count)
      from += 3 * rowStep
      left -= 3
    }
    while left > 0 {
      fold(f, v, to, from, step, tap.count)
      from += rowStep
      left -= 1
    }
  }
}

/// Folds one tap into `count` results; `step` floats between their inputs.
@inlinable @inline(__always)
func fold<F: PoolFormula, V: Vector>(
  _ f: F.Type, _ v: V.Type, _ results: Target, _ x: Source, _ step: Int, _ count: Int
) {
  for lane in stride(from: 0, to: 16, by: V.lanes) {
    var (to, from) = (results + lane, x + lane)
    for _ in 0..<count {
      F.fold(V(to), V(from)).store(to)
      to += 16
      from += step
    }
  }
}

/// Folds one tap of three rows, `rowStep` floats apart, into `count` results.
@inlinable @inline(__always)
func foldThree<F: PoolFormula, V: Vector>(
  _ f: F.Type, _ v: V.Type, _ results: Target, _ x: Source, _ rowStep: Int, _ step: Int, _ count: Int
) {
  for lane in stride(from: 0, to: 16, by: V.lanes) {
    var (to, from) = (results + lane, x + lane)
    for _ in 0..<count {
      let two = F.fold(V(from), V(from + rowStep))
      F.fold(V(to), F.fold(two, V(from + 2 * rowStep))).store(to)
      to += 16
      from += step
    }
  }
}
