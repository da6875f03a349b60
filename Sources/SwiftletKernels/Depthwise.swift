// Depthwise convolution on blocked maps, in strips of 3, 4, 7 or 8 outputs of one row. There is no border in memory: taps outside the map
// are dropped by the type of the strip (left and right) or by the bounds of the row loop (top and bottom).

public import CVector

/// A number as a type.
public protocol Number {
  static var value: Int { get }
}
public enum N0: Number { @inlinable @inline(__always) public static var value: Int { 0 } }
public enum N1: Number { @inlinable @inline(__always) public static var value: Int { 1 } }
public enum N2: Number { @inlinable @inline(__always) public static var value: Int { 2 } }
public enum N3: Number { @inlinable @inline(__always) public static var value: Int { 3 } }
public enum N4: Number { @inlinable @inline(__always) public static var value: Int { 4 } }
public enum N5: Number { @inlinable @inline(__always) public static var value: Int { 5 } }
public enum N7: Number { @inlinable @inline(__always) public static var value: Int { 7 } }

/// Columns of the kernel, stride, and how many columns of the first and of the last strip lie outside the map.
public enum Geometry<K: Number, S: Number, L: Number, R: Number> {}

/// What one depthwise convolution needs to know.
public struct DepthwiseArguments: BitwiseCopyable, Sendable {
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
  public var lower = -Float.infinity
  public var upper = Float.infinity
  public init() {}
}

/// Rows `first..<last` of one block: arguments, input block, weights (16 biases, then 16 weights a tap), output block, lanes that
/// hold channels (the others become zero), first, last.
public typealias DepthwiseFunction = @convention(c) (UnsafeRawPointer, Source, Source, Target, Int, Int, Int) -> Void

/// The weights of one row of a filter.
public struct Taps<V: Vector> {
  @usableFromInline var w: (V, V, V, V, V, V, V)

  /// Those behind `p`, 16 floats apart; the first one again where the kernel has no more.
  @inlinable @inline(__always) init<K: Number>(_ kernel: K.Type, _ p: Source) {
    @inline(__always) func tap(_ i: Int) -> V { V(p + (i < K.value ? i * 16 : 0)) }
    w = (tap(0), tap(1), tap(2), tap(3), tap(4), tap(5), tap(6))
  }

  @inlinable @inline(__always) subscript(_ i: Int) -> V {
    switch i {  // a constant after inlining
    case 0: w.0
    case 1: w.1
    case 2: w.2
    case 3: w.3
    case 4: w.4
    case 5: w.5
    default: w.6
    }
  }
}

/// What outputs are clamped to. A 3×3 filter without is faster by a twentieth: activations that are no clamps follow on their own.
public struct Bounds<V: Vector> {
  @usableFromInline let lower: V
  @usableFromInline let upper: V
  @usableFromInline let areFinite: Bool

  @inlinable @inline(__always) init(_ d: DepthwiseArguments) {
    lower = V(splat: d.lower)
    upper = V(splat: d.upper)
    areFinite = d.lower > -.infinity || d.upper < .infinity
  }
}

/// Neighbouring outputs of one row, held in registers.
public protocol Strip<V> {
  associatedtype V: Vector
  static var count: Int { get }
  init(_ bias: V)
  /// Adds what outputs see in a column of the input, counted from the first column that the first output sees.
  mutating func fma<K: Number, S: Number>(_ kernel: K.Type, _ stride: S.Type, _ column: Int, _ x: V, _ w: Taps<V>)
  func store(_ y: Target)
  mutating func clamp(_ lower: V, _ upper: V)
}

public struct StripOne<V: Vector>: Strip {
  @usableFromInline var v: V
  @inlinable @inline(__always) public static var count: Int { 1 }
  @inlinable @inline(__always) public init(_ bias: V) { v = bias }
  @inlinable @inline(__always)
  public mutating func fma<K: Number, S: Number>(
    _ kernel: K.Type, _ stride: S.Type, _ column: Int, _ x: V, _ w: Taps<V>
  ) {
    if column >= 0 && column < K.value { v = v.fma(x, w[column]) }  // constants after inlining
  }
  @inlinable @inline(__always) public func store(_ y: Target) { v.store(y) }
  @inlinable @inline(__always) public mutating func clamp(_ lower: V, _ upper: V) { v = v.most(lower).least(upper) }
}

public struct StripPair<A: Strip, B: Strip>: Strip where A.V == B.V {
  @usableFromInline var a: A
  @usableFromInline var b: B
  @inlinable @inline(__always) public static var count: Int { A.count + B.count }
  @inlinable @inline(__always) public init(_ bias: A.V) {
    a = A(bias)
    b = B(bias)
  }
  @inlinable @inline(__always)
  public mutating func fma<K: Number, S: Number>(
    _ kernel: K.Type, _ stride: S.Type, _ column: Int, _ x: A.V, _ w: Taps<A.V>
  ) {
    a.fma(kernel, stride, column, x, w)
    b.fma(kernel, stride, column - A.count * S.value, x, w)
  }
  @inlinable @inline(__always) public func store(_ y: Target) {
    a.store(y)
    b.store(y + A.count * 16)
  }
  @inlinable @inline(__always) public mutating func clamp(_ lower: A.V, _ upper: A.V) {
    a.clamp(lower, upper)
    b.clamp(lower, upper)
  }
}

public typealias Strip2<V: Vector> = StripPair<StripOne<V>, StripOne<V>>
public typealias Strip3<V: Vector> = StripPair<Strip2<V>, StripOne<V>>
public typealias Strip4<V: Vector> = StripPair<Strip2<V>, Strip2<V>>
public typealias Strip7<V: Vector> = StripPair<Strip4<V>, Strip3<V>>
public typealias Strip8<V: Vector> = StripPair<Strip4<V>, Strip4<V>>

/// Every `kernel`-th column of one row of the input, from `first` on: of these each output sees one, so that no sum waits for itself;
/// and one value of the input is alive at a time, so that registers suffice.
@inlinable @inline(__always)
func columns<K: Number, S: Number, L: Number, R: Number, T: Strip>(
  _ g: Geometry<K, S, L, R>.Type, _ sums: inout T, _ x: Source, _ first: Int, _ w: Taps<T.V>
) {
  @inline(__always) func column(_ i: Int) {
    guard i >= L.value && i < (T.count - 1) * S.value + K.value - R.value else { return }  // constants after inlining
    keepOrder()
    sums.fma(K.self, S.self, i, T.V(x + i * 16), w)
  }
  if first >= K.value { return }
  column(first)
  column(first + K.value)
  column(first + 2 * K.value)
  column(first + 3 * K.value)
  column(first + 4 * K.value)
  if K.value > 1 { return }
  // A kernel of one column sees as many as there are outputs.
  column(5)
  column(6)
}

/// The outputs of a strip: what they see of `rows` rows of the input, whose first column is at `x`.
@inlinable @inline(__always)
func strip<K: Number, S: Number, L: Number, R: Number, T: Strip>(
  _ g: Geometry<K, S, L, R>.Type, _ t: T.Type, _ x: Source, _ rows: Int, _ rowStride: Int, _ w: Source, _ bias: T.V,
  _ y: Target, _ bounds: Bounds<T.V>
) {
  var sums = T(bias)
  var x = x
  var w = w
  var rows = rows
  while rows > 0 {
    let taps = Taps<T.V>(K.self, w)
    columns(g, &sums, x, 0, taps)
    columns(g, &sums, x, 1, taps)
    columns(g, &sums, x, 2, taps)
    columns(g, &sums, x, 3, taps)
    columns(g, &sums, x, 4, taps)
    columns(g, &sums, x, 5, taps)
    columns(g, &sums, x, 6, taps)
    x += rowStride
    w += K.value * 16
    rows -= 1
  }
  if bounds.areFinite { sums.clamp(bounds.lower, bounds.upper) }
  sums.store(y)
}

/// The same as a function of its own, which the kernels of one size share: a call is little beside 5 × 5 × 7 products.
@inlinable @inline(never)
func sharedStrip<K: Number, S: Number, L: Number, R: Number, T: Strip>(
  _ g: Geometry<K, S, L, R>.Type, _ t: T.Type, _ x: Source, _ rows: Int, _ rowStride: Int, _ w: Source, _ bias: T.V,
  _ y: Target, _ bounds: Bounds<T.V>
) {
  strip(g, t, x, rows, rowStride, w, bias, y, bounds)
}

/// One row of outputs, a strip at least; the last strips overlap where the width is no multiple of a strip. Only the first strip may reach over
/// the left edge and only the last one over the right. All lanes of a strip are done before the next one: they share lines of memory.
@inlinable @inline(__always)
func depthwiseRow<K: Number, S: Number, L: Number, R: Number, T: Strip>(
  _ g: Geometry<K, S, L, R>.Type, _ t: T.Type, _ x: Source, _ rows: Int, _ rowStride: Int, _ w: Source, _ bias: Source,
  _ y: Target, _ width: Int, _ lanes: Int, _ bounds: Bounds<T.V>
) {
  @inline(__always) func outputs<A: Number, B: Number>(_ g: Geometry<K, S, A, B>.Type, _ first: Int) {
    let (x, y) = (x + first * S.value * 16, y + first * 16)
    var i = 0
    while i < (T.V.lanes == 16 ? 16 : lanes) {  // no loop where a vector holds a block
      if K.value < 5 {
        strip(g, t, x + i, rows, rowStride, w + i, T.V(bias + i), y + i, bounds)
      } else {
        sharedStrip(g, t, x + i, rows, rowStride, w + i, T.V(bias + i), y + i, bounds)
      }
      i += T.V.lanes
    }
  }
  let end = width - T.count
  if end == 0 {
    outputs(g, 0)
    return
  }
  outputs(Geometry<K, S, L, N0>.self, 0)
  let lastInner = end - (R.value + S.value - 1) / S.value
  var column = T.count
  while column < end {
    outputs(Geometry<K, S, N0, N0>.self, min(column, lastInner))
    column += T.count
  }
  outputs(Geometry<K, S, N0, R>.self, end)
}

/// Rows of a map at least a strip wide.
@inlinable @inline(never)
public func depthwise<K: Number, S: Number, L: Number, R: Number, T: Strip>(
  _ g: Geometry<K, S, L, R>.Type, _ t: T.Type, _ arguments: UnsafeRawPointer, _ x: Source, _ weights: Source,
  _ y: Target, _ lanes: Int, _ first: Int, _ last: Int
) {
  let d = arguments.assumingMemoryBound(to: DepthwiseArguments.self).pointee
  let rowStride = d.inputWidth * 16
  let bounds = Bounds<T.V>(d)
  var row = first
  while row < last {
    let top = row * S.value - d.top
    let skipped = max(0, -top)
    let rows = min(d.kernelHeight, d.inputHeight - top) - skipped
    let from = x + (top + skipped) * rowStride - L.value * 16
    let to = y + row * d.outputWidth * 16
    let w = weights + (16 + skipped * K.value * 16)
    depthwiseRow(g, t, from, rows, rowStride, w, weights, to, d.outputWidth, lanes, bounds)
    var lane = (lanes + T.V.lanes - 1) / T.V.lanes * T.V.lanes
    while lane < 16 {
      for column in 0..<d.outputWidth { T.V(splat: 0).store(to + (column * 16 + lane)) }
      lane += T.V.lanes
    }
    row += 1
  }
}

/// Any kernel, stride, dilation, padding and width: a row of sums in memory, to which tap after tap is added.
@inlinable @inline(__always)
public func depthwiseAny<V: Vector>(
  _ v: V.Type, _ arguments: UnsafeRawPointer, _ x: Source, _ weights: Source, _ y: Target, _ lanes: Int, _ first: Int,
  _ last: Int
) {
  let d = arguments.assumingMemoryBound(to: DepthwiseArguments.self).pointee
  for row in first..<last {
    let sums = y + row * d.outputWidth * 16
    fillRow(v, sums, d.outputWidth, weights)
    // The filter's rows inside the map, three at a time: fewer trips of the sums.
    let top = row * d.strideY - d.top
    let skipped = top < 0 ? (d.dilationY - 1 - top) / d.dilationY : 0
    let end = min(d.kernelHeight, top < d.inputHeight ? (d.inputHeight - 1 - top) / d.dilationY + 1 : 0)
    let (rowStep, rowWeights) = (d.dilationY * d.inputWidth * 16, d.kernelWidth * 16)
    for kx in 0..<d.kernelWidth {
      let tap = RowTap(d.outputWidth, d.strideX, kx * d.dilationX - d.left, d.inputWidth)
      let (to, step) = (sums + tap.first * 16, d.strideX * 16)
      var ky = skipped
      while ky < end {
        let from = x + ((top + ky * d.dilationY) * d.inputWidth + tap.input) * 16
        let w = weights + (1 + ky * d.kernelWidth + kx) * 16
        if ky + 3 <= end {
          addThreeTaps(v, to, from, rowStep, step, tap.count, w, rowWeights, lanes)
          ky += 3
        } else {
          addTap(v, to, from, step, tap.count, w, lanes)
          ky += 1
        }
      }
    }
    clampRow(v, sums, d.outputWidth, d.lower, d.upper)
  }
}

/// Adds one tap of a filter to `count` sums; `step` floats between their inputs.
@inlinable @inline(__always)
func addTap<V: Vector>(
  _ v: V.Type, _ sums: Target, _ x: Source, _ step: Int, _ count: Int, _ weights: Source, _ lanes: Int
) {
  var lane = 0
  while lane < lanes {
    let w = V(weights + lane)
    var (sum, from) = (sums + lane, x + lane)
    for _ in 0..<count {
      V(sum).fma(V(from), w).store(sum)
      sum += 16
      from += step
    }
    lane += V.lanes
  }
}

/// Adds taps of three rows, `rowStep` and `rowWeights` floats apart, to `count` sums.
@inlinable @inline(__always)
func addThreeTaps<V: Vector>(
  _ v: V.Type, _ sums: Target, _ x: Source, _ rowStep: Int, _ step: Int, _ count: Int, _ weights: Source,
  _ rowWeights: Int, _ lanes: Int
) {
  var lane = 0
  while lane < lanes {
    let w = weights + lane
    let (w0, w1, w2) = (V(w), V(w + rowWeights), V(w + 2 * rowWeights))
    var (sum, from) = (sums + lane, x + lane)
    for _ in 0..<count {
      let two = V(sum).fma(V(from), w0).fma(V(from + rowStep), w1)
      two.fma(V(from + 2 * rowStep), w2).store(sum)
      sum += 16
      from += step
    }
    lane += V.lanes
  }
}
