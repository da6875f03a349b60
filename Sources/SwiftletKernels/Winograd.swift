// Winograd's F(4×4, 3×3): 36 products instead of 144 for each tile of 4×4 outputs. Lavin and Gray, CVPR 2016, with the points 0,
// ±√½, ±√2, ∞, which keep the error near that of a direct convolution.

/// One tile of one block: input at the tile's first tap, floats between rows, scratch, output, floats between the 36 elements.
public typealias WinogradInputFunction = @convention(c) (Source, Int, Target, Target, Int) -> Void
/// One tile of one block: elements, floats between them, scratch, 16 biases, shortcut or `nil`, output, and the rest of its arguments.
public typealias WinogradOutputFunction =
  @convention(c) (Source, Int, Target, Source, Source?, Target, UnsafeRawPointer) -> Void

/// What all tiles of one output transform share, and which part of this one lies inside the map.
public struct WinogradOutputArguments: BitwiseCopyable, Sendable {
  public var rowStride = 0
  public var rows = 4
  public var columns = 4
  public var lower = -Float.infinity
  public var upper = Float.infinity
  public init() {}
}

/// The transform Bᵀ of six values, `step` floats apart.
@inlinable @inline(__always)
func winogradInputPass<V: Vector>(
  _ v: V.Type, _ x: Source, _ step: Int, _ y: Target, _ outStep: Int
) {
  let (x0, x1, x2) = (V(x), V(x + step), V(x + 2 * step))
  let (x3, x4, x5) = (V(x + 3 * step), V(x + 4 * step), V(x + 5 * step))
  let half = V(splat: 0.707_106_781_2)  // √½
  let root = V(splat: 1.414_213_562_4)  // √2
  let minusFiveHalves = V(splat: -2.5)
  x0.plus(x4).fma(x2, minusFiveHalves).store(y)
  let u = x4.fma(x2, V(splat: -2))
  let s = x3.fma(x1, V(splat: -2)).times(half)
  u.plus(s).store(y + outStep)
  u.minus(s).store(y + 2 * outStep)
  let p = x4.fma(x2, V(splat: -0.5))
  let q = x3.fma(x1, V(splat: -0.5)).times(root)
  p.plus(q).store(y + 3 * outStep)
  p.minus(q).store(y + 4 * outStep)
  x1.plus(x5).fma(x3, minusFiveHalves).store(y + 5 * outStep)
}

/// Bᵀ d B for the 6×6 values of one block.
@inlinable @inline(__always)
public func winogradInput<V: Vector>(
  _ v: V.Type, _ x: Source, _ rowStride: Int, _ scratch: Target, _ y: Target, _ elementStride: Int
) {
  var lane = 0
  while lane < 16 {
    var j = 0
    while j < 6 {
      winogradInputPass(v, x + j * 16 + lane, rowStride, scratch + j * 16, 96)
      j += 1
    }
    var i = 0
    while i < 6 {
      winogradInputPass(v, scratch + i * 96, 16, y + i * 6 * elementStride + lane, elementStride)
      i += 1
    }
    lane += V.lanes
  }
}

/// The transform Aᵀ of six values, `step` floats apart.
@inlinable @inline(__always)
func winogradOutputPass<V: Vector>(_ v: V.Type, _ m: Source, _ step: Int) -> (V, V, V, V) {
  let (m0, m1, m2) = (V(m), V(m + step), V(m + 2 * step))
  let (m3, m4, m5) = (V(m + 3 * step), V(m + 4 * step), V(m + 5 * step))
  let (a, b) = (m1.plus(m2), m1.minus(m2))
  let (c, d) = (m3.plus(m4), m3.minus(m4))
  return (
    m0.plus(a).plus(c), b.times(V(splat: 0.707_106_781_2)).fma(d, V(splat: 1.414_213_562_4)),
    c.times(V(splat: 2)).fma(a, V(splat: 0.5)),
    m5.fma(b, V(splat: 0.353_553_390_6)).fma(d, V(splat: 2.828_427_124_7))
  )
}

/// Aᵀ m A, bias, shortcut and clamp for the 4×4 outputs of one block; what lies outside the map is not stored.
@inlinable @inline(__always)
public func winogradOutput<V: Vector>(
  _ v: V.Type, _ m: Source, _ elementStride: Int, _ scratch: Target, _ bias: Source, _ shortcut: Source?, _ y: Target,
  _ arguments: UnsafeRawPointer
) {
  let g = arguments.assumingMemoryBound(to: WinogradOutputArguments.self).pointee
  let (lower, upper) = (V(splat: g.lower), V(splat: g.upper))
  var lane = 0
  while lane < 16 {
    let start = V(bias + lane)
    var j = 0
    while j < 6 {
      let (o0, o1, o2, o3) = winogradOutputPass(v, m + j * elementStride + lane, 6 * elementStride)
      o0.store(scratch + j * 16)
      o1.store(scratch + 96 + j * 16)
      o2.store(scratch + 192 + j * 16)
      o3.store(scratch + 288 + j * 16)
      j += 1
    }
    var i = 0
    while i < g.rows {
      let (o0, o1, o2, o3) = winogradOutputPass(v, scratch + i * 96, 16)
      let p = i * g.rowStride + lane
      finish(o0, start, shortcut, y, p, lower, upper)
      if g.columns > 1 { finish(o1, start, shortcut, y, p + 16, lower, upper) }
      if g.columns > 2 { finish(o2, start, shortcut, y, p + 32, lower, upper) }
      if g.columns > 3 { finish(o3, start, shortcut, y, p + 48, lower, upper) }
      i += 1
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
