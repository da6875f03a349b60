// What happens to a sum before it is stored. Every choice is a type: a switch at run time would spill the tile.

/// What is done to a sum of products, but for its bounds.
public protocol Epilogue {
  /// Whether the bounds of `TileArguments` follow.
  static var isBounded: Bool { get }
  init(_ g: TileArguments, _ residual: Source?)
  var residualBlockStride: Int { get }
  /// `offset`: floats from the tile's first value, in the layout of the residual.
  func finish<V: Vector>(_ sum: V, _ bias: V, _ offset: Int) -> V
}

/// A sum to which more will be added.
public struct Unfinished: Epilogue {
  @inlinable @inline(__always) public static var isBounded: Bool { false }
  @inlinable @inline(__always) public init(_ g: TileArguments, _ residual: Source?) {}
  @inlinable @inline(__always) public var residualBlockStride: Int { 0 }
  @inlinable @inline(__always) public func finish<V: Vector>(_ sum: V, _ bias: V, _ offset: Int) -> V { sum.plus(bias) }
}

/// Nothing but bounds.
public struct Clamp: Epilogue {
  @inlinable @inline(__always) public static var isBounded: Bool { true }
  @inlinable @inline(__always) public init(_ g: TileArguments, _ residual: Source?) {}
  @inlinable @inline(__always) public var residualBlockStride: Int { 0 }
  @inlinable @inline(__always) public func finish<V: Vector>(_ sum: V, _ bias: V, _ offset: Int) -> V { sum.plus(bias) }
}

/// Shortcut added, then bounds. The bias comes last: where the shortcut is a sum of Strassen's, most of both cancels.
public struct AddClamp: Epilogue {
  @usableFromInline let residual: Source
  public let residualBlockStride: Int
  @inlinable @inline(__always) public static var isBounded: Bool { true }
  @inlinable @inline(__always) public init(_ g: TileArguments, _ residual: Source?) {
    self.residual = residual.unsafelyUnwrapped
    residualBlockStride = g.residualBlockStride
  }
  @inlinable @inline(__always) public func finish<V: Vector>(_ sum: V, _ bias: V, _ offset: Int) -> V {
    sum.plus(V(residual + offset)).plus(bias)
  }
}

/// x · min(max(x / 6 + 1/2, 0), 1).
public struct HardSwishEpilogue: Epilogue {
  @inlinable @inline(__always) public static var isBounded: Bool { false }
  @inlinable @inline(__always) public init(_ g: TileArguments, _ residual: Source?) {}
  @inlinable @inline(__always) public var residualBlockStride: Int { 0 }
  @inlinable @inline(__always) public func finish<V: Vector>(_ sum: V, _ bias: V, _ offset: Int) -> V {
    hardSwish(sum.plus(bias))
  }
}

/// Which bounds there are: what is done between the last product of a tile and its store takes the place of products of the next one.
public protocol Limits {
  init(_ g: TileArguments)
  func apply<V: Vector>(_ v: V) -> V
}

/// ReLU has a lower one.
public struct LowerLimit: Limits {
  @usableFromInline let lower: Float
  @inlinable @inline(__always) public init(_ g: TileArguments) { lower = g.lower }
  @inlinable @inline(__always) public func apply<V: Vector>(_ v: V) -> V { v.most(V(splat: lower)) }
}

public struct BothLimits: Limits {
  @usableFromInline let lower: Float
  @usableFromInline let upper: Float
  @inlinable @inline(__always) public init(_ g: TileArguments) { (lower, upper) = (g.lower, g.upper) }
  @inlinable @inline(__always) public func apply<V: Vector>(_ v: V) -> V {
    v.most(V(splat: lower)).least(V(splat: upper))
  }
}

/// An epilogue and then bounds.
public struct Limited<E: Epilogue, L: Limits>: Epilogue {
  @usableFromInline let epilogue: E
  @usableFromInline let limits: L
  @inlinable @inline(__always) public static var isBounded: Bool { false }
  @inlinable @inline(__always) public init(_ epilogue: E, _ limits: L) {
    (self.epilogue, self.limits) = (epilogue, limits)
  }
  @inlinable @inline(__always) public init(_ g: TileArguments, _ residual: Source?) {
    self.init(E(g, residual), L(g))
  }
  @inlinable @inline(__always) public var residualBlockStride: Int { epilogue.residualBlockStride }
  @inlinable @inline(__always) public func finish<V: Vector>(_ sum: V, _ bias: V, _ offset: Int) -> V {
    limits.apply(epilogue.finish(sum, bias, offset))
  }
}
