public import CVector

// Two inputs at a time: neighbouring lanes of a vector hold a channel's sums over inputs of even and of odd number, which are added when
// a tile is stored. So 24 channels fill three vectors, and an input that is read meets twice as many weights: panels of 16 channels or
// fewer would read once for each product, which is all that processors can that begin two of each a cycle.

/// A vector whose neighbouring lanes belong to one channel.
public protocol TwosVector: HalvedVector {
  /// The numbers at `x` and behind it, again and again.
  init(twosAt x: Source)
  /// Both numbers, again and again.
  init(twos: SIMD2<Float>)
  /// Numbers with zeros behind them.
  init(spread half: Half)
  /// The sums of neighbouring lanes of both, those of self first.
  func folded(_ second: Self) -> Self
}

extension SIMD16: TwosVector where Scalar == Float {
  @inlinable @inline(__always) public init(twosAt x: Source) { self = twos16(x) }
  @inlinable @inline(__always) public init(twos: SIMD2<Float>) {
    self = mixTwos16(SIMD8(repeating: twos.x), SIMD8(repeating: twos.y))
  }
  @inlinable @inline(__always) public init(spread half: SIMD8<Float>) { self = mixTwos16(half, .zero) }
  @inlinable @inline(__always) public func folded(_ second: Self) -> Self { foldTwos16(self, second) }
}

/// A block of channels. A row of weights has both inputs' of each channel side by side; one of biases has zeros behind them.
public struct TwosBlock<V: TwosVector>: Columns {
  @usableFromInline var first: V
  @usableFromInline var last: V
  @inlinable @inline(__always) public static var width: Int { V.lanes }
  @inlinable @inline(__always) public static var lanes: Int { V.lanes }
  @inlinable @inline(__always) public static var rowFloats: Int { 2 * V.lanes }
  @inlinable @inline(__always) public init(splat: Float) { (first, last) = (V(splat: splat), V(splat: splat)) }
  @inlinable @inline(__always) public init(_ p: Source) { (first, last) = (V(p), V(p + V.lanes)) }
  @inlinable @inline(__always) public init(_ c: Target, _ blockStride: Int) {
    (first, last) = (V(spread: V.Half(c)), V(spread: V.Half(c + V.Half.lanes)))
  }
  @inlinable @inline(__always) public mutating func fma(_ x: Source, _ w: Self) {
    let inputs = V(twosAt: x)
    first = first.fma(inputs, w.first)
    last = last.fma(inputs, w.last)
  }
  @inlinable @inline(__always) public mutating func add(_ other: Self) {
    (first, last) = (first.plus(other.first), last.plus(other.last))
  }
  @inlinable @inline(__always) public func store<E: Epilogue>(
    _ c: Target, _ blockStride: Int, _ e: E, _ offset: Int, adding bias: Self
  ) {
    e.finish(first.folded(last), bias.first.folded(bias.last), offset).store(c)
  }
}

/// The first half of a block; zeros are stored to the other half.
public struct TwosHalf<V: TwosVector>: Columns {
  @usableFromInline var v: V
  @inlinable @inline(__always) public static var width: Int { V.Half.lanes }
  @inlinable @inline(__always) public static var lanes: Int { V.lanes }
  @inlinable @inline(__always) public static var rowFloats: Int { V.lanes }
  @inlinable @inline(__always) public init(splat: Float) { v = V(splat: splat) }
  @inlinable @inline(__always) public init(_ p: Source) { v = V(p) }
  @inlinable @inline(__always) public init(_ c: Target, _ blockStride: Int) { v = V(spread: V.Half(c)) }
  @inlinable @inline(__always) public mutating func fma(_ x: Source, _ w: Self) { v = v.fma(V(twosAt: x), w.v) }
  @inlinable @inline(__always) public mutating func add(_ other: Self) { v = v.plus(other.v) }
  @inlinable @inline(__always) public func store<E: Epilogue>(
    _ c: Target, _ blockStride: Int, _ e: E, _ offset: Int, adding bias: Self
  ) {
    e.finish(v.folded(v).lower, bias.v.folded(bias.v).lower, offset).store(c)
    V.Half(splat: 0).store(c + V.Half.lanes)
  }
}

/// Consecutive lanes of consecutive blocks, as `Dense`. Beside the last one of an odd number of inputs there is a lane without a channel,
/// which meets zero weights.
///
/// Tiles fetch the inputs of the next ones too: the narrow panel that they belong to is often the only one that reads them.
public enum DenseTwos: Walk {
  @inlinable @inline(__always) public static func step(_ g: TileArguments) -> Int { Step16.floats(g) }
  @inlinable @inline(__always)
  public static func run<T: Tile>(
    _ t: inout T, _ a: Source, _ w: Source, _ g: TileArguments, _ p: Panel, _ next: Source
  ) {
    let s = T.C.rowFloats
    let step = step(g)
    let isSlow = fetchPace(height: T.height, width: T.C.width) == 1  // a constant after inlining
    let more = p.isHasty ? (isSlow ? 64 : 256) : 0
    var a = a
    var w = w
    var n = UnsafeRawPointer(next)
    var blocks = p.depth >> 4
    while blocks > 0 {
      var k = 0
      while k < 16 {
        t.fma(a + k, step, T.C(w))
        prefetchL2(n)
        prefetchL1(a + (T.height * 16 + k * 8))
        prefetchL2(n + (isSlow ? more : 64))
        t.fma(a + k + 2, step, T.C(w + s))
        prefetchL1(a + (T.height * 16 + k * 8 + 16))
        if !isSlow {
          prefetchL2(n + 128)
          prefetchL2(n + 192)
        }
        w += 2 * s
        k += 4
        n += (isSlow ? 64 : 256) + more
      }
      a += g.inputBlockStride
      blocks -= 1
    }
    var k = 0
    while k < p.depth & 15 {
      t.fma(a + k, step, T.C(w))
      w += s
      k += 2
    }
  }
}

/// The heights of tiles in 32 registers of three each.
@inlinable @inline(__always)
public func twosTile<C: Columns, E: Epilogue>(
  _ columns: C.Type, _ e: E.Type, _ height: Int, _ count: Int, _ g: UnsafeRawPointer, _ p: UnsafeRawPointer,
  _ a: Source, _ c: Target, _ r: Source?
) {
  let walk = DenseTwos.self
  switch height {
  case 14: tiles(T7<C>.self, e, walk, 2 * count, g, p, a, c, r)
  case 10: tiles(T5<C>.self, e, walk, 2 * count, g, p, a, c, r)
  case 8: tiles(T8<C>.self, e, walk, count, g, p, a, c, r)
  case 7: tiles(T7<C>.self, e, walk, count, g, p, a, c, r)
  case 4: tiles(T4<C>.self, e, walk, count, g, p, a, c, r)
  case 2: tiles(T2<C>.self, e, walk, count, g, p, a, c, r)
  default: tiles(Pixel<C>.self, e, walk, count, g, p, a, c, r)
  }
}

/// Rows of the weights of two inputs each, times the factors of both.
@inlinable @inline(__always)
public func scaleTwos<V: TwosVector>(
  _ v: V.Type, _ x: Source, _ factors: Source, _ positions: UnsafePointer<Int32>, _ y: Target, _ rows: Int, _ width: Int
) {
  var (x, y) = (x, y)
  for row in 0..<rows {
    let both = SIMD2(factors[Int(positions[2 * row])], factors[Int(positions[2 * row + 1])])
    let factor = V(twos: both)
    for lane in stride(from: 0, to: width, by: V.lanes) { V(x + lane).times(factor).store(y + lane) }
    x += width
    y += width
  }
}

/// The kernels for two inputs at a time.
public struct TwosKernels: Sendable {
  public var tiles: [TileKey: TileFunction]
  /// Positions are those of two inputs for each row.
  public var scaleRows: ScaleRowsFunction

  /// The widths (channels) of such tiles, largest first.
  public func widths(_ walk: WalkKind, _ epilogue: EpilogueKind) -> [Int] { tiles.widths(walk, epilogue) }

  public init(tiles: [TileKey: TileFunction], scaleRows: ScaleRowsFunction) {
    (self.tiles, self.scaleRows) = (tiles, scaleRows)
  }
}
