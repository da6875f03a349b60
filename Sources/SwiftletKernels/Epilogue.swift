// What happens to an accumulator before it is stored. Every choice is a type: a switch at run time would spill the tile.

public protocol Epilogue {
  init(_ g: TileArguments, _ residual: Source?)
  var residualBlockStride: Int { get }
  /// `offset`: floats from the tile's first value, in the layout of the residual.
  func finish<V: Vector>(_ v: V, _ offset: Int) -> V
}

/// A sum to which more will be added.
public struct Unfinished: Epilogue {
  @inlinable @inline(__always) public init(_ g: TileArguments, _ residual: Source?) {}
  @inlinable @inline(__always) public var residualBlockStride: Int { 0 }
  @inlinable @inline(__always) public func finish<V: Vector>(_ v: V, _ offset: Int) -> V { v }
}

/// min and max with bounds as data: nothing (±∞), ReLU and ReLU6 in one instantiation.
public struct Clamp: Epilogue {
  @usableFromInline let lower: Float
  @usableFromInline let upper: Float
  @inlinable @inline(__always) public init(_ g: TileArguments, _ residual: Source?) {
    lower = g.lower
    upper = g.upper
  }
  @inlinable @inline(__always) public var residualBlockStride: Int { 0 }
  @inlinable @inline(__always) public func finish<V: Vector>(_ v: V, _ offset: Int) -> V {
    v.most(V(splat: lower)).least(V(splat: upper))
  }
}

/// Shortcut added, then clamped.
public struct AddClamp: Epilogue {
  @usableFromInline let clamp: Clamp
  @usableFromInline let residual: Source
  public let residualBlockStride: Int
  @inlinable @inline(__always) public init(_ g: TileArguments, _ residual: Source?) {
    clamp = Clamp(g, nil)
    self.residual = residual.unsafelyUnwrapped
    residualBlockStride = g.residualBlockStride
  }
  @inlinable @inline(__always) public func finish<V: Vector>(_ v: V, _ offset: Int) -> V {
    clamp.finish(v.plus(V(residual + offset)), offset)
  }
}

/// x · min(max(x / 6 + 1/2, 0), 1).
public struct HardSwishEpilogue: Epilogue {
  @inlinable @inline(__always) public init(_ g: TileArguments, _ residual: Source?) {}
  @inlinable @inline(__always) public var residualBlockStride: Int { 0 }
  @inlinable @inline(__always) public func finish<V: Vector>(_ v: V, _ offset: Int) -> V { hardSwish(v) }
}
