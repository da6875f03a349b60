// The channels of one pixel, built by nesting types: a loop over an array of accumulators is not unrolled, types are.

public import CVector

/// Accumulators for neighbouring channels of one pixel; also one row of packed weights.
public protocol Columns {
  static var width: Int { get }
  /// Of its widest vectors; 0 without any.
  static var lanes: Int { get }
  /// Whether its vectors are of several sizes.
  static var isMixed: Bool { get }
  /// Floats of a row of packed weights.
  static var rowFloats: Int { get }
  init(splat: Float)
  init(_ p: Source)
  /// Reads back what `store` wrote.
  init(_ c: Target, _ blockStride: Int)
  /// Adds the weights `w` times the input at `x`.
  mutating func fma(_ x: Source, _ w: Self)
  mutating func add(_ other: Self)
  /// Stores to a blocked map: 16 channels side by side, the next block `blockStride` floats away.
  func store<E: Epilogue>(_ c: Target, _ blockStride: Int, _ e: E, _ offset: Int, adding bias: Self)
}

extension Columns {
  @inlinable @inline(__always) public static var isMixed: Bool { false }
  @inlinable @inline(__always) public static var rowFloats: Int { width }
}

/// How an input and a vector of weights are added to a sum.
public protocol Product {
  associatedtype V: Vector
  static func add(_ a: V, _ w: V, to sum: V) -> V
}

/// A lane is a float.
public enum Floats<V: Vector>: Product {
  @inlinable @inline(__always) public static func add(_ a: V, _ w: V, to sum: V) -> V { sum.fma(a, w) }
}

/// A lane is a float, in tiles that take all registers but one: products are made in the order they are written, or a register for what
/// is read early would push a sum out.
public enum InTurn: Product {
  @inlinable @inline(__always)
  public static func add(_ a: SIMD8<Float>, _ w: SIMD8<Float>, to sum: SIMD8<Float>) -> SIMD8<Float> {
    fmaInTurn8(sum, a, w)
  }
}

/// The last one of a pixel: nothing behind it is read before.
public enum LastInTurn: Product {
  @inlinable @inline(__always)
  public static func add(_ a: SIMD8<Float>, _ w: SIMD8<Float>, to sum: SIMD8<Float>) -> SIMD8<Float> {
    let sum = fmaInTurn8(sum, a, w)
    keepOrder()
    return sum
  }
}

/// Columns of vectors of one kind, each of which several pixels multiply in turn.
public protocol CrossedColumns: Columns {
  associatedtype V: Vector
  /// Adds the weights `w` times the input of each pixel.
  static func fma(_ a: inout Self, _ b: inout Self, _ c: inout Self, _ x: (a: V, b: V, c: V), _ w: Self)
}

/// One vector.
public struct One<P: Product>: CrossedColumns {
  public typealias V = P.V
  @usableFromInline var v: P.V
  @inlinable @inline(__always) public static var width: Int { P.V.lanes }
  @inlinable @inline(__always) public static var lanes: Int { P.V.lanes }
  @inlinable @inline(__always) public init(splat: Float) { v = P.V(splat: splat) }
  @inlinable @inline(__always) public init(_ p: Source) { v = P.V(p) }
  @inlinable @inline(__always) public init(_ c: Target, _ blockStride: Int) { v = P.V(c) }
  @inlinable @inline(__always) public mutating func fma(_ x: Source, _ w: Self) {
    v = P.add(P.V(splat: x.pointee), w.v, to: v)
  }
  @inlinable @inline(__always) public mutating func add(_ other: Self) { v = v.plus(other.v) }
  @inlinable @inline(__always) public func store<E: Epilogue>(
    _ c: Target, _ blockStride: Int, _ e: E, _ offset: Int, adding bias: Self
  ) {
    e.finish(v, bias.v, offset).store(c)
  }
  @inlinable @inline(__always)
  public static func fma(_ a: inout Self, _ b: inout Self, _ c: inout Self, _ x: (a: V, b: V, c: V), _ w: Self) {
    (a.v, b.v, c.v) = (P.add(x.a, w.v, to: a.v), P.add(x.b, w.v, to: b.v), P.add(x.c, w.v, to: c.v))
  }
}

/// One vector beside a wider one. It reads the input once more: a register that holds it for both takes the place of a multiply-add to
/// make, on processors that do wide vectors in two turns.
public struct Again<V: RereadingVector>: Columns {
  @usableFromInline var v: V
  @inlinable @inline(__always) public static var width: Int { V.lanes }
  @inlinable @inline(__always) public static var lanes: Int { V.lanes }
  @inlinable @inline(__always) public init(splat: Float) { v = V(splat: splat) }
  @inlinable @inline(__always) public init(_ p: Source) { v = V(p) }
  @inlinable @inline(__always) public init(_ c: Target, _ blockStride: Int) { v = V(c) }
  @inlinable @inline(__always) public mutating func fma(_ x: Source, _ w: Self) { v = v.fma(at: x, w.v) }
  @inlinable @inline(__always) public mutating func add(_ other: Self) { v = v.plus(other.v) }
  @inlinable @inline(__always) public func store<E: Epilogue>(
    _ c: Target, _ blockStride: Int, _ e: E, _ offset: Int, adding bias: Self
  ) {
    e.finish(v, bias.v, offset).store(c)
  }
}

/// The first half of a block in both halves of a vector, so that it may be multiplied with two pixels; that of one pixel is stored, and
/// zeros to the other half of the block.
public struct Halved<V: HalvedVector>: Columns {
  @usableFromInline var v: V
  @inlinable @inline(__always) public static var width: Int { V.lanes / 2 }
  @inlinable @inline(__always) public static var lanes: Int { V.lanes }
  @inlinable @inline(__always) public init(splat: Float) { v = V(splat: splat) }
  @inlinable @inline(__always) public init(_ p: Source) { v = V(twice: p) }
  @inlinable @inline(__always) public init(_ c: Target, _ blockStride: Int) { v = V(twice: c) }
  @inlinable @inline(__always) public mutating func fma(_ x: Source, _ w: Self) { v = v.fma(V(splat: x.pointee), w.v) }
  @inlinable @inline(__always) public mutating func add(_ other: Self) { v = v.plus(other.v) }
  @inlinable @inline(__always) public func store<E: Epilogue>(
    _ c: Target, _ blockStride: Int, _ e: E, _ offset: Int, adding bias: Self
  ) {
    Self.store(v.lower, c, e, offset, adding: bias.v.lower)
  }
  @inlinable @inline(__always)
  static func store<E: Epilogue>(_ half: V.Half, _ c: Target, _ e: E, _ offset: Int, adding bias: V.Half) {
    e.finish(half, bias, offset).store(c)
    V.Half(splat: 0).store(c + V.Half.lanes)
  }
}

/// Lanes that belong to no channel: zeros are stored, nothing is computed.
public struct Blank<V: Vector>: Columns {
  @inlinable @inline(__always) public static var width: Int { 0 }
  @inlinable @inline(__always) public static var lanes: Int { 0 }
  @inlinable @inline(__always) public init(splat: Float) {}
  @inlinable @inline(__always) public init(_ p: Source) {}
  @inlinable @inline(__always) public init(_ c: Target, _ blockStride: Int) {}
  @inlinable @inline(__always) public mutating func fma(_ x: Source, _ w: Self) {}
  @inlinable @inline(__always) public mutating func add(_ other: Self) {}
  @inlinable @inline(__always) public func store<E: Epilogue>(
    _ c: Target, _ blockStride: Int, _ e: E, _ offset: Int, adding bias: Self
  ) {
    V(splat: 0).store(c)
  }
}

/// Two groups of channels; the left one fills whole blocks or shares its block with the right one.
public struct Beside<L: Columns, R: Columns>: Columns {
  @usableFromInline var l: L
  @usableFromInline var r: R
  @inlinable @inline(__always) public static var width: Int { L.width + R.width }
  @inlinable @inline(__always) public static var lanes: Int { max(L.lanes, R.lanes) }
  @inlinable @inline(__always) public static var isMixed: Bool { min(L.lanes, R.lanes) > 0 && L.lanes != R.lanes }
  @inlinable @inline(__always) public static var rowFloats: Int { L.rowFloats + R.rowFloats }
  @inlinable @inline(__always) public init(splat: Float) {
    l = L(splat: splat)
    r = R(splat: splat)
  }
  @inlinable @inline(__always) public init(_ p: Source) {
    l = L(p)
    r = R(p + L.rowFloats)
  }
  @inlinable @inline(__always) public init(_ c: Target, _ blockStride: Int) {
    l = L(c, blockStride)
    r = R(c + L.width / 16 * blockStride + L.width % 16, blockStride)
  }
  @inlinable @inline(__always) public mutating func fma(_ x: Source, _ w: Self) {
    l.fma(x, w.l)
    r.fma(x, w.r)
  }
  @inlinable @inline(__always) public mutating func add(_ other: Self) {
    l.add(other.l)
    r.add(other.r)
  }
  @inlinable @inline(__always) public func store<E: Epilogue>(
    _ c: Target, _ blockStride: Int, _ e: E, _ offset: Int, adding bias: Self
  ) {
    l.store(c, blockStride, e, offset, adding: bias.l)
    r.store(
      c + L.width / 16 * blockStride + L.width % 16, blockStride, e,
      offset + L.width / 16 * e.residualBlockStride + L.width % 16, adding: bias.r)
  }
}

extension Beside: CrossedColumns where L: CrossedColumns, R: CrossedColumns, L.V == R.V {
  public typealias V = L.V
  @inlinable @inline(__always)
  public static func fma(_ a: inout Self, _ b: inout Self, _ c: inout Self, _ x: (a: V, b: V, c: V), _ w: Self) {
    L.fma(&a.l, &b.l, &c.l, x, w.l)
    R.fma(&a.r, &b.r, &c.r, x, w.r)
  }
}
