/// What all tiles of one convolution share.
public struct TileArguments: BitwiseCopyable, Sendable {
  /// Floats between blocks of 16 channels.
  public var inputBlockStride = 0
  public var outputBlockStride = 0
  public var residualBlockStride = 0
  /// Floats between the input's values of neighbouring output pixels.
  public var pixelStep = 16
  public var lower = -Float.infinity
  public var upper = Float.infinity
  public init() {}
}

/// Packed weights of neighbouring output channels.
public struct Panel: BitwiseCopyable {
  /// The bias of each channel, then for each product the weights of all channels side by side.
  public var weights: Source
  /// Where the input of each product lies, in floats from the pixel; `nil` for dense walks.
  public var offsets: UnsafePointer<Int32>?
  /// Products for each output.
  public var depth: Int
  /// Floats from the output's first channel to this panel's, and the same in the residual.
  public var outputOffset: Int
  public var residualOffset: Int

  public init(weights: Source, offsets: UnsafePointer<Int32>?, depth: Int, outputOffset: Int, residualOffset: Int) {
    (self.weights, self.offsets, self.depth) = (weights, offsets, depth)
    (self.outputOffset, self.residualOffset) = (outputOffset, residualOffset)
  }
}

/// Computes one tile: height, `TileArguments`, `Panel`, input, output, residual, weights to fetch next.
public typealias TileFunction =
  @convention(c) (Int, UnsafeRawPointer, UnsafeRawPointer, Source, Target, Source?, Source) -> Void

/// One tile. A function of its own for each type, so that nothing else competes for registers.
@inlinable @inline(never)
public func tile<T: Tile, E: Epilogue, W: Walk>(
  _ t: T.Type, _ e: E.Type, _ walk: W.Type, _ arguments: UnsafeRawPointer, _ panel: UnsafeRawPointer, _ a: Source,
  _ c: Target, _ residual: Source?, _ next: Source
) {
  let g = arguments.assumingMemoryBound(to: TileArguments.self).pointee
  let p = panel.assumingMemoryBound(to: Panel.self).pointee
  var accumulators = T(T.C(p.weights))
  W.run(&accumulators, a, p.weights + T.C.width, g, p, next)
  accumulators.store(c, g.outputBlockStride, E(g, residual), 0)
}

/// The heights of tiles in 32 registers.
@inlinable @inline(__always)
public func tallTile<C: Columns, E: Epilogue, W: Walk>(
  _ columns: C.Type, _ e: E.Type, _ walk: W.Type, _ height: Int, _ g: UnsafeRawPointer, _ p: UnsafeRawPointer,
  _ a: Source, _ c: Target, _ r: Source?, _ next: Source
) {
  switch height {
  case 14: tile(T14<C>.self, e, walk, g, p, a, c, r, next)
  case 10: tile(T10<C>.self, e, walk, g, p, a, c, r, next)
  case 8: tile(T8<C>.self, e, walk, g, p, a, c, r, next)
  case 7: tile(T7<C>.self, e, walk, g, p, a, c, r, next)
  case 4: tile(T4<C>.self, e, walk, g, p, a, c, r, next)
  case 2: tile(T2<C>.self, e, walk, g, p, a, c, r, next)
  default: tile(Pixel<C>.self, e, walk, g, p, a, c, r, next)
  }
}

/// The heights of tiles in 16 registers.
@inlinable @inline(__always)
public func shortTile<C: Columns, E: Epilogue, W: Walk>(
  _ columns: C.Type, _ e: E.Type, _ walk: W.Type, _ height: Int, _ g: UnsafeRawPointer, _ p: UnsafeRawPointer,
  _ a: Source, _ c: Target, _ r: Source?, _ next: Source
) {
  switch height {
  case 6: tile(T6<C>.self, e, walk, g, p, a, c, r, next)
  case 4: tile(T4<C>.self, e, walk, g, p, a, c, r, next)
  case 3: tile(T3<C>.self, e, walk, g, p, a, c, r, next)
  case 2: tile(T2<C>.self, e, walk, g, p, a, c, r, next)
  default: tile(Pixel<C>.self, e, walk, g, p, a, c, r, next)
  }
}
