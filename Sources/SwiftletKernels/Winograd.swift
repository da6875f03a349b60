public import CVector

// Winograd's convolutions: a tile of inputs is transformed, multiplied element by element, and transformed back. Lavin and Gray,
// CVPR 2016. A plane transforms along both axes, a line along one.

/// One tile of one block: input at the tile's first tap, floats between rows, `WinogradInside`, scratch, output, floats between the
/// elements.
public typealias WinogradInputFunction = @convention(c) (Source, Int, UnsafeRawPointer, Target, Target, Int) -> Void
/// One tile of one block: elements, floats between them, scratch, 16 biases, shortcut or `nil`, output, and the rest of its arguments.
public typealias WinogradOutputFunction =
  @convention(c) (Source, Int, Target, Source, Source?, Target, UnsafeRawPointer) -> Void

/// A transform and its kernels.
public struct WinogradKernel: Sendable {
  /// The finite points of the transform; ∞ is one more if there are more elements.
  public var points: [Double]
  /// Of an axis that is transformed.
  public var elements: Int
  public var outputs: Int
  /// Of the convolution, along such an axis.
  public var stride: Int
  public var taps: Int { elements - (outputs - 1) * stride }
  /// In how many sums the products of an element are added up.
  public var sums: Int
  public var input: WinogradInputFunction
  public var output: WinogradOutputFunction

  public init(
    _ transform: (some WinogradTransform).Type, _ input: WinogradInputFunction, _ output: WinogradOutputFunction
  ) {
    (points, elements, outputs) = (transform.points, transform.elements, transform.outputs)
    (stride, sums, self.input, self.output) = (transform.stride, transform.sums, input, output)
  }
}

/// Which rows and columns of a tile lie inside the map that is read; zeros are everywhere else.
public struct WinogradInside: BitwiseCopyable, Sendable {
  public var firstRow = 0
  public var lastRow = 0
  public var firstColumn = 0
  public var lastColumn = 0
  public init() {}
}

/// What all tiles of one output transform share, and which part of this one lies inside the map.
public struct WinogradOutputArguments: BitwiseCopyable, Sendable {
  public var rowStride = 0
  public var rows = 0
  public var columns = 0
  /// Floats to the output that is written next, and its size; 0 rows where nothing is. Its lines are fetched meanwhile, since stores to
  /// memory that is far away wait for each other.
  public var next = 0
  public var nextRows = 0
  public var nextColumns = 0
  public var lower = -Float.infinity
  public var upper = Float.infinity
  public init() {}
}

/// Bᵀ d B for the values of one block.
@inlinable @inline(__always)
public func winogradPlaneInput<T: WinogradTransform, V: Vector>(
  _ t: T.Type, _ v: V.Type, _ x: Source, _ rowStride: Int, _ inside: UnsafeRawPointer, _ scratch: Target, _ y: Target,
  _ elementStride: Int
) {
  let inside = inside.assumingMemoryBound(to: WinogradInside.self).pointee
  let isWhole = inside.firstRow == 0 && inside.lastRow == T.elements && inside.firstColumn == 0
  if isWhole, inside.lastColumn == T.elements, T.plane(v, x, rowStride, y, elementStride) { return }
  var lane = 0
  while lane < 16 {
    var j = 0
    while j < T.elements {
      let isInside = inside.firstColumn <= j && j < inside.lastColumn
      columnInput(t, v, x + j * 16 + lane, rowStride, inside, isInside, scratch + j * 16, T.elements * 16)
      j += 1
    }
    var i = 0
    while i < T.elements {
      T.input(v, scratch + i * T.elements * 16, 16, y + i * T.elements * elementStride + lane, elementStride)
      i += 1
    }
    lane += V.lanes
  }
}

/// Bᵀ d for the rows of one column of one block.
@inlinable @inline(__always)
public func winogradLineInput<T: WinogradTransform, V: Vector>(
  _ t: T.Type, _ v: V.Type, _ x: Source, _ rowStride: Int, _ inside: UnsafeRawPointer, _ scratch: Target, _ y: Target,
  _ elementStride: Int
) {
  let inside = inside.assumingMemoryBound(to: WinogradInside.self).pointee
  var lane = 0
  while lane < 16 {
    let isInside = inside.firstColumn < inside.lastColumn
    columnInput(t, v, x + lane, rowStride, inside, isInside, y + lane, elementStride)
    lane += V.lanes
  }
}

/// Bᵀ d for one column, whose rows may lie outside the map.
@inlinable @inline(__always)
func columnInput<T: WinogradTransform, V: Vector>(
  _ t: T.Type, _ v: V.Type, _ x: Source, _ rowStride: Int, _ inside: WinogradInside, _ isInside: Bool, _ y: Target,
  _ step: Int
) {
  let zero = V(splat: 0)
  if isInside, inside.firstRow == 0, inside.lastRow == T.elements {
    T.input(v, x, rowStride, y, step)
  } else {
    var i = 0
    while i < T.elements {
      let isRow = isInside && inside.firstRow <= i && i < inside.lastRow
      (isRow ? V(x + i * rowStride) : zero).store(y + i * step)
      i += 1
    }
    if isInside { T.input(v, y, step, y, step) }
  }
}

/// Aᵀ m A, bias, shortcut and clamp for the outputs of one block; what lies outside the map is not stored.
@inlinable @inline(__always)
public func winogradPlaneOutput<T: WinogradTransform, V: Vector>(
  _ t: T.Type, _ v: V.Type, _ m: Source, _ elementStride: Int, _ scratch: Target, _ bias: Source, _ shortcut: Source?,
  _ y: Target, _ arguments: UnsafeRawPointer
) {
  let g = arguments.assumingMemoryBound(to: WinogradOutputArguments.self).pointee
  let (lower, upper) = (V(splat: g.lower), V(splat: g.upper))
  var line = 0
  while line < g.nextRows {
    var pixel = 0
    while pixel < g.nextColumns {
      prefetchToWrite(y + (g.next + line * g.rowStride + pixel * 16))
      pixel += 1
    }
    line += 1
  }
  var lane = 0
  while lane < 16 {
    let start = V(bias + lane)
    var j = 0
    while j < T.elements {
      T.output(v, m + j * elementStride + lane, T.elements * elementStride) { i, value in
        value.store(scratch + (i * T.elements + j) * 16)
      }
      j += 1
    }
    var i = 0
    while i < g.rows {
      T.output(v, scratch + i * T.elements * 16, 16) { j, value in
        if j < g.columns { finish(value, start, shortcut, y, i * g.rowStride + j * 16 + lane, lower, upper) }
      }
      i += 1
    }
    lane += V.lanes
  }
}

/// Aᵀ m, bias, shortcut and clamp for the rows of one column of one block, without scratch; what lies outside the map is not stored.
@inlinable @inline(__always)
public func winogradLineOutput<T: WinogradTransform, V: Vector>(
  _ t: T.Type, _ v: V.Type, _ m: Source, _ elementStride: Int, _ scratch: Target, _ bias: Source, _ shortcut: Source?,
  _ y: Target, _ arguments: UnsafeRawPointer
) {
  let g = arguments.assumingMemoryBound(to: WinogradOutputArguments.self).pointee
  let (lower, upper) = (V(splat: g.lower), V(splat: g.upper))
  var lane = 0
  while lane < 16 {
    let start = V(bias + lane)
    T.output(v, m + lane, elementStride) { i, value in
      if i < g.rows { finish(value, start, shortcut, y, i * g.rowStride + lane, lower, upper) }
    }
    lane += V.lanes
  }
}

@inlinable @inline(__always)
func finish<V: Vector>(_ o: V, _ bias: V, _ shortcut: Source?, _ y: Target, _ p: Int, _ lower: V, _ upper: V) {
  var value = o.plus(bias)
  if let shortcut { value = value.plus(V(shortcut + p)) }
  value.most(lower).least(upper).store(y + p)
}
