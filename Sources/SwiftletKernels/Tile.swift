// Register tiles by nesting generic structs: `Stack<Stack<Pixel, Pixel>, Pixel>` is three pixels.

/// A column of neighbouring pixels with the same channels, held in registers.
public protocol Tile {
  associatedtype C: Columns
  static var height: Int { get }
  /// Zeros.
  init()
  /// Reads back what `store` wrote.
  init(_ c: Target, _ blockStride: Int)
  /// - Parameter step: floats between the input's values of neighbouring output pixels.
  mutating func fma(_ a: Source, _ step: Int, _ w: C)
  /// The same, the last pixel first.
  mutating func fmaBackwards(_ a: Source, _ step: Int, _ w: C)
  func store<E: Epilogue>(_ c: Target, _ blockStride: Int, _ e: E, _ offset: Int, adding bias: C)
}

extension Tile {
  /// Whether half of the products go from the last pixel back to the first. Where always the same sums come last, stores of a tile hold up
  /// the next one; but where there are only as many sums as are begun before the first is done, the last pixel would wait for itself.
  /// Measured on Zen 3, with vectors of eight floats.
  @inlinable @inline(__always) public static var swings: Bool { C.lanes == 8 && height * C.width > 64 }

  /// A product that goes back where the tile swings.
  @inlinable @inline(__always) public mutating func fmaBack(_ a: Source, _ step: Int, _ w: C) {
    if Self.swings { fmaBackwards(a, step, w) } else { fma(a, step, w) }
  }
}

public struct Pixel<C: Columns>: Tile {
  @usableFromInline var accumulator: C
  @inlinable @inline(__always) public static var height: Int { 1 }
  @inlinable @inline(__always) public init() { accumulator = C(splat: 0) }
  @inlinable @inline(__always) public init(_ c: Target, _ blockStride: Int) { accumulator = C(c, blockStride) }
  @inlinable @inline(__always) public mutating func fma(_ a: Source, _ step: Int, _ w: C) {
    accumulator.fma(a, w)
  }
  @inlinable @inline(__always) public mutating func fmaBackwards(_ a: Source, _ step: Int, _ w: C) { fma(a, step, w) }
  @inlinable @inline(__always)
  public func store<E: Epilogue>(_ c: Target, _ blockStride: Int, _ e: E, _ offset: Int, adding bias: C) {
    accumulator.store(c, blockStride, e, offset, adding: bias)
  }
}

/// Two pixels whose channels fill some vectors each, and half of one: they share that.
public struct PixelPair<L: Columns, V: HalvedVector>: Tile {
  public typealias C = Beside<L, Halved<V>>
  @usableFromInline var a: L
  @usableFromInline var b: L
  @usableFromInline var both: V
  @inlinable @inline(__always) public static var height: Int { 2 }
  @inlinable @inline(__always) public init() { (a, b, both) = (L(splat: 0), L(splat: 0), V(splat: 0)) }
  @inlinable @inline(__always) public init(_ c: Target, _ blockStride: Int) {
    let rest = c + L.width / 16 * blockStride
    (a, b) = (L(c, blockStride), L(c + 16, blockStride))
    both = V(V.Half(rest), V.Half(rest + 16))
  }
  @inlinable @inline(__always) public mutating func fma(_ p: Source, _ step: Int, _ w: C) {
    a.fma(p, w.l)
    b.fma(p + step, w.l)
    both = both.fma(V(lower: p[0], upper: p[step]), w.r.v)
  }
  /// Neither pixel of a pair comes first.
  @inlinable @inline(__always) public mutating func fmaBackwards(_ p: Source, _ step: Int, _ w: C) { fma(p, step, w) }
  @inlinable @inline(__always)
  public func store<E: Epilogue>(_ c: Target, _ blockStride: Int, _ e: E, _ offset: Int, adding bias: C) {
    a.store(c, blockStride, e, offset, adding: bias.l)
    b.store(c + 16, blockStride, e, offset + 16, adding: bias.l)
    let (rest, restOffset) = (c + L.width / 16 * blockStride, offset + L.width / 16 * e.residualBlockStride)
    Halved<V>.store(both.lower, rest, e, restOffset, adding: bias.r.v.lower)
    Halved<V>.store(both.upper, rest + 16, e, restOffset + 16, adding: bias.r.v.upper)
  }
}

/// Three pixels that multiply one vector of weights after the other: then one register holds weights, and twelve sums of 16 registers are
/// begun in the same order for each product. Measured, this is nearer to the peak than six pixels by two vectors, and than five by far.
public struct Crossed<C: CrossedColumns>: Tile {
  @usableFromInline var a: C
  @usableFromInline var b: C
  @usableFromInline var c: C
  @inlinable @inline(__always) public static var height: Int { 3 }
  @inlinable @inline(__always) public init() { (a, b, c) = (C(splat: 0), C(splat: 0), C(splat: 0)) }
  @inlinable @inline(__always) public init(_ p: Target, _ blockStride: Int) {
    (a, b, c) = (C(p, blockStride), C(p + 16, blockStride), C(p + 32, blockStride))
  }
  @inlinable @inline(__always) public mutating func fma(_ p: Source, _ step: Int, _ w: C) {
    C.fma(&a, &b, &c, (C.V(splat: p[0]), C.V(splat: p[step]), C.V(splat: p[2 * step])), w)
  }
  @inlinable @inline(__always) public mutating func fmaBackwards(_ p: Source, _ step: Int, _ w: C) { fma(p, step, w) }
  @inlinable @inline(__always)
  public func store<E: Epilogue>(_ p: Target, _ blockStride: Int, _ e: E, _ offset: Int, adding bias: C) {
    a.store(p, blockStride, e, offset, adding: bias)
    b.store(p + 16, blockStride, e, offset + 16, adding: bias)
    c.store(p + 32, blockStride, e, offset + 32, adding: bias)
  }
}

public struct Stack<A: Tile, B: Tile>: Tile where A.C == B.C {
  @usableFromInline var a: A
  @usableFromInline var b: B
  @inlinable @inline(__always) public static var height: Int { A.height + B.height }
  @inlinable @inline(__always) public init() { (a, b) = (A(), B()) }
  @inlinable @inline(__always) public init(_ c: Target, _ blockStride: Int) {
    a = A(c, blockStride)
    b = B(c + A.height * 16, blockStride)
  }
  @inlinable @inline(__always) public mutating func fma(_ p: Source, _ step: Int, _ w: A.C) {
    a.fma(p, step, w)
    b.fma(p + A.height * step, step, w)
  }
  @inlinable @inline(__always) public mutating func fmaBackwards(_ p: Source, _ step: Int, _ w: A.C) {
    b.fmaBackwards(p + A.height * step, step, w)
    a.fmaBackwards(p, step, w)
  }
  @inlinable @inline(__always)
  public func store<E: Epilogue>(_ c: Target, _ blockStride: Int, _ e: E, _ offset: Int, adding bias: A.C) {
    a.store(c, blockStride, e, offset, adding: bias)
    b.store(c + A.height * 16, blockStride, e, offset + A.height * 16, adding: bias)
  }
}

public typealias Pairs2<L: Columns, V: HalvedVector> = Stack<PixelPair<L, V>, PixelPair<L, V>>
public typealias Pairs3<L: Columns, V: HalvedVector> = Stack<Pairs2<L, V>, PixelPair<L, V>>
public typealias Pairs4<L: Columns, V: HalvedVector> = Stack<Pairs2<L, V>, Pairs2<L, V>>

public typealias T2<C: Columns> = Stack<Pixel<C>, Pixel<C>>
public typealias T3<C: Columns> = Stack<T2<C>, Pixel<C>>
public typealias T4<C: Columns> = Stack<T2<C>, T2<C>>
public typealias T5<C: Columns> = Stack<T3<C>, T2<C>>
public typealias T6<C: Columns> = Stack<T3<C>, T3<C>>
public typealias T7<C: Columns> = Stack<T4<C>, T3<C>>
public typealias T8<C: Columns> = Stack<T4<C>, T4<C>>
public typealias T10<C: Columns> = Stack<T6<C>, T4<C>>
public typealias T14<C: Columns> = Stack<T7<C>, T7<C>>
