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

/// Packed weights of neighbouring output channels, or a part of them that stays in the first cache: then the output holds the sums
/// between the parts.
public struct Panel: BitwiseCopyable {
  /// The bias of each channel (read by the first part only), then for each product the weights of all channels side by side.
  public var weights: Source
  /// Where the input of each product lies, in floats from the pixel; `nil` for dense walks.
  public var offsets: UnsafePointer<Int32>?
  /// Products for each output.
  public var depth: Int
  public var isFirstPart: Bool
  public var isLastPart: Bool
  /// Floats from the pixel to the first product's input.
  public var inputOffset: Int
  /// The weights that will be needed after these: tiles fetch them until they are all there.
  public var next: Source
  public var nextEnd: Source
  /// Weights of a later step: when the next ones are there, tiles fetch these.
  public var later: Source
  public var laterEnd: Source
  /// Few tiles use this panel: dense walks fetch twice as fast, since waiting for the next weights would cost more. Others do not
  /// know it.
  public var isHasty = false
  /// Floats from the output's first channel to this panel's, and the same in the residual.
  public var outputOffset: Int
  public var residualOffset: Int

  public init(
    weights: Source, offsets: UnsafePointer<Int32>?, depth: Int, isFirstPart: Bool = true, isLastPart: Bool = true,
    inputOffset: Int = 0, next: Range<Int> = 0..<0, outputOffset: Int, residualOffset: Int
  ) {
    (self.next, nextEnd) = (weights + next.lowerBound, weights + next.upperBound)
    (later, laterEnd) = (weights, weights)
    (self.weights, self.offsets, self.depth) = (weights, offsets, depth)
    (self.isFirstPart, self.isLastPart, self.inputOffset) = (isFirstPart, isLastPart, inputOffset)
    (self.outputOffset, self.residualOffset) = (outputOffset, residualOffset)
  }
}

extension Panel {
  /// How many floats a tile of this panel fetches.
  @inlinable @inline(__always)
  public func fetchedFloats(height: Int, width: Int) -> Int {
    depth * 4 * fetchPace(height: height, width: width) * (isHasty ? 2 : 1)
  }
}

/// Computes tiles side by side: their height, how many, `TileArguments`, `Panel`, input, output, residual.
public typealias TileFunction =
  @convention(c) (Int, Int, UnsafeRawPointer, UnsafeRawPointer, Source, Target, Source?) -> Void

/// Tiles of one height. A function of its own for each type, so that nothing else competes for registers.
///
/// Sums begin with zeros and the bias is added last: where they begin with the bias, a processor is slower to begin a tile while the one
/// before is stored.
@inlinable @inline(never)
public func tiles<T: Tile, E: Epilogue, W: Walk>(
  _ t: T.Type, _ e: E.Type, _ walk: W.Type, _ count: Int, _ arguments: UnsafeRawPointer, _ panel: UnsafeRawPointer,
  _ a: Source, _ c: Target, _ residual: Source?
) {
  let g = arguments.assumingMemoryBound(to: TileArguments.self).pointee
  let p = panel.assumingMemoryBound(to: Panel.self).pointee
  let epilogue = E(g, residual)
  let stride = p.fetchedFloats(height: T.height, width: T.C.width)
  var (a, offset, next, later) = (a, 0, p.next, p.later)
  for _ in 0..<count {
    let to = c + offset
    var fetched = p.weights
    if next < p.nextEnd {
      fetched = next
      next += stride
    } else if later < p.laterEnd {
      fetched = later
      later += stride
    }
    var sums = p.isFirstPart ? T() : T(to, g.outputBlockStride)
    W.run(&sums, a, p.weights + T.C.rowFloats, g, p, fetched)
    let bias = p.isFirstPart ? T.C(p.weights) : T.C(splat: 0)
    if !p.isLastPart {
      sums.store(to, g.outputBlockStride, Unfinished(g, nil), 0, adding: bias)
    } else if !E.isBounded || g.lower == -.infinity && g.upper == .infinity {
      sums.store(to, g.outputBlockStride, epilogue, offset, adding: bias)
    } else if g.upper == .infinity {
      sums.store(to, g.outputBlockStride, Limited(epilogue, LowerLimit(g)), offset, adding: bias)
    } else {
      sums.store(to, g.outputBlockStride, Limited(epilogue, BothLimits(g)), offset, adding: bias)
    }
    a += T.height * W.step(g)
    offset += T.height * 16
  }
}

/// The heights of tiles in 32 registers.
@inlinable @inline(__always)
public func tallTile<C: Columns, E: Epilogue, W: Walk>(
  _ columns: C.Type, _ e: E.Type, _ walk: W.Type, _ height: Int, _ count: Int, _ g: UnsafeRawPointer,
  _ p: UnsafeRawPointer, _ a: Source, _ c: Target, _ r: Source?
) {
  switch height {
  case 14: tiles(T14<C>.self, e, walk, count, g, p, a, c, r)
  case 10: tiles(T10<C>.self, e, walk, count, g, p, a, c, r)
  case 8: tiles(T8<C>.self, e, walk, count, g, p, a, c, r)
  case 7: tiles(T7<C>.self, e, walk, count, g, p, a, c, r)
  case 4: tiles(T4<C>.self, e, walk, count, g, p, a, c, r)
  case 2: tiles(T2<C>.self, e, walk, count, g, p, a, c, r)
  default: tiles(Pixel<C>.self, e, walk, count, g, p, a, c, r)
  }
}

/// The same where pixels share vectors.
@inlinable @inline(__always)
public func sharingTile<L: Columns, V: HalvedVector, E: Epilogue, W: Walk>(
  _ l: L.Type, _ v: V.Type, _ e: E.Type, _ walk: W.Type, _ height: Int, _ count: Int, _ g: UnsafeRawPointer,
  _ p: UnsafeRawPointer, _ a: Source, _ c: Target, _ r: Source?
) {
  switch height {
  case 14: tiles(Stack<Pairs4<L, V>, Pairs3<L, V>>.self, e, walk, count, g, p, a, c, r)
  case 10: tiles(Stack<Pairs3<L, V>, Pairs2<L, V>>.self, e, walk, count, g, p, a, c, r)
  case 8: tiles(Pairs4<L, V>.self, e, walk, count, g, p, a, c, r)
  case 7: tiles(Stack<Pairs3<L, V>, Pixel<Beside<L, Halved<V>>>>.self, e, walk, count, g, p, a, c, r)
  case 4: tiles(Pairs2<L, V>.self, e, walk, count, g, p, a, c, r)
  case 2: tiles(PixelPair<L, V>.self, e, walk, count, g, p, a, c, r)
  default: tiles(Pixel<Beside<L, Halved<V>>>.self, e, walk, count, g, p, a, c, r)
  }
}

/// The heights of tiles of pairs in 32 registers: those that maps of usual sizes are cut into.
@inlinable @inline(__always)
public func pairTile<C: Columns, E: Epilogue, W: Walk>(
  _ columns: C.Type, _ e: E.Type, _ walk: W.Type, _ height: Int, _ count: Int, _ g: UnsafeRawPointer,
  _ p: UnsafeRawPointer, _ a: Source, _ c: Target, _ r: Source?
) {
  switch height {
  case 14: tiles(T14<C>.self, e, walk, count, g, p, a, c, r)
  case 7: tiles(T7<C>.self, e, walk, count, g, p, a, c, r)
  case 4: tiles(T4<C>.self, e, walk, count, g, p, a, c, r)
  case 2: tiles(T2<C>.self, e, walk, count, g, p, a, c, r)
  default: tiles(Pixel<C>.self, e, walk, count, g, p, a, c, r)
  }
}

/// The heights of tiles in 16 registers of a quarter of the channels each.
@inlinable @inline(__always)
public func lowTile<C: Columns, E: Epilogue, W: Walk>(
  _ columns: C.Type, _ e: E.Type, _ walk: W.Type, _ height: Int, _ count: Int, _ g: UnsafeRawPointer,
  _ p: UnsafeRawPointer, _ a: Source, _ c: Target, _ r: Source?
) {
  switch height {
  case 2: tiles(T2<C>.self, e, walk, count, g, p, a, c, r)
  default: tiles(Pixel<C>.self, e, walk, count, g, p, a, c, r)
  }
}

/// The heights of tiles in 16 registers.
@inlinable @inline(__always)
public func shortTile<C: Columns, E: Epilogue, W: Walk>(
  _ columns: C.Type, _ e: E.Type, _ walk: W.Type, _ height: Int, _ count: Int, _ g: UnsafeRawPointer,
  _ p: UnsafeRawPointer, _ a: Source, _ c: Target, _ r: Source?
) {
  switch height {
  case 6: tiles(T6<C>.self, e, walk, count, g, p, a, c, r)
  case 5: tiles(T5<C>.self, e, walk, count, g, p, a, c, r)
  case 4: tiles(T4<C>.self, e, walk, count, g, p, a, c, r)
  case 3: tiles(T3<C>.self, e, walk, count, g, p, a, c, r)
  case 2: tiles(T2<C>.self, e, walk, count, g, p, a, c, r)
  default: tiles(Pixel<C>.self, e, walk, count, g, p, a, c, r)
  }
}

/// Tiles in 16 registers of half the channels: eight pixels at a time, so that no sum waits for itself, then what is left.
@inlinable @inline(__always)
public func narrowTile<C: Columns, E: Epilogue, W: Walk>(
  _ columns: C.Type, _ e: E.Type, _ walk: W.Type, _ height: Int, _ count: Int, _ g: UnsafeRawPointer,
  _ p: UnsafeRawPointer, _ a: Source, _ c: Target, _ r: Source?
) {
  let step = W.step(g.assumingMemoryBound(to: TileArguments.self).pointee)
  let pixels = height * count
  let eights = pixels / 8
  if eights > 0 { tiles(T8<C>.self, e, walk, eights, g, p, a, c, r) }
  var done = eights * 8
  while done < pixels {
    let height = min(6, pixels - done)
    shortTile(columns, e, walk, height, 1, g, p, a + done * step, c + done * 16, r.map { $0 + done * 16 })
    done += height
  }
}

/// Tiles in 16 registers of one and a half blocks: four pixels at a time, then what is left.
@inlinable @inline(__always)
public func wideTile<C: Columns, E: Epilogue, W: Walk>(
  _ columns: C.Type, _ e: E.Type, _ walk: W.Type, _ height: Int, _ count: Int, _ g: UnsafeRawPointer,
  _ p: UnsafeRawPointer, _ a: Source, _ c: Target, _ r: Source?
) {
  let step = W.step(g.assumingMemoryBound(to: TileArguments.self).pointee)
  let pixels = height * count
  let fours = pixels / 4
  if fours > 0 { tiles(T4<C>.self, e, walk, fours, g, p, a, c, r) }
  let done = fours * 4
  let (a, c, r) = (a + done * step, c + done * 16, r.map { $0 + done * 16 })
  switch pixels - done {
  case 3: tiles(T3<C>.self, e, walk, 1, g, p, a, c, r)
  case 2: tiles(T2<C>.self, e, walk, 1, g, p, a, c, r)
  case 1: tiles(Pixel<C>.self, e, walk, 1, g, p, a, c, r)
  default: break
  }
}

/// Tiles in 16 registers of two blocks: three pixels at a time, the last ones of four as two and two.
@inlinable @inline(__always)
public func crossedTile<C: CrossedColumns, E: Epilogue, W: Walk>(
  _ columns: C.Type, _ e: E.Type, _ walk: W.Type, _ height: Int, _ count: Int, _ g: UnsafeRawPointer,
  _ p: UnsafeRawPointer, _ a: Source, _ c: Target, _ r: Source?
) {
  let step = W.step(g.assumingMemoryBound(to: TileArguments.self).pointee)
  let pixels = height * count
  let threes = pixels % 3 == 1 && pixels > 1 ? pixels / 3 - 1 : pixels / 3
  if threes > 0 { tiles(Crossed<C>.self, e, walk, threes, g, p, a, c, r) }
  let (done, rest) = (threes * 3, pixels - threes * 3)
  if rest == 0 { return }
  let (from, to, residual) = (a + done * step, c + done * 16, r.map { $0 + done * 16 })
  if rest == 1 {
    tiles(Pixel<C>.self, e, walk, 1, g, p, from, to, residual)
  } else {
    tiles(T2<C>.self, e, walk, rest / 2, g, p, from, to, residual)
  }
}
