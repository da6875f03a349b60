// Sums of products along an axis as values of polynomials: Cook and Toom's way, as in Lavin and Gray, CVPR 2016, section 4. For
// sums d ∗ g the transforms are Aᵀ[(G g) ⊙ (Bᵀ d)]. All three follow from the points, which lie at 0, in pairs ±p, and perhaps at
// ∞. With M the product of (x − p) over all finite points, Bᵀ holds the coefficients of M / (x − p), and of M at ∞; Aᵀ holds the
// powers of the points; G the powers over the value of M / (x − p) at p.

/// F(outputs, taps) along one axis: one product for each point, instead of one for each pair of output and tap.
public protocol WinogradTransform {
  /// The finite points.
  static var points: [Double] { get }
  /// Those and perhaps ∞: as many as inputs of a tile.
  static var elements: Int { get }
  static var outputs: Int { get }
  /// Of the convolution. With 2 the points are those of the filter's even taps; each odd input is an element of its own, behind them.
  static var stride: Int { get }
  /// In how many sums, of about as many channels each, the products of an element are to be added up: shorter sums round less.
  static var sums: Int { get }
  /// Bᵀ of as many values as elements, `step` floats apart, to `y` and on in steps of `outStep`; in place where both are the same.
  static func input<V: Vector>(_ v: V.Type, _ x: Source, _ step: Int, _ y: Target, _ outStep: Int)
  /// Bᵀ along both axes of a tile of 16 channels, without memory between: rows `rowStride` floats apart, to `y` and on in steps of
  /// `outStep`.
  /// - Returns: `false` where the registers do not suffice; nothing is done then.
  static func plane<V: Vector>(_ v: V.Type, _ x: Source, _ rowStride: Int, _ y: Target, _ outStep: Int) -> Bool
  /// Aᵀ of as many values as elements, `step` floats apart; `give` takes the number of an output and the output.
  static func output<V: Vector>(_ v: V.Type, _ m: Source, _ step: Int, _ give: (Int, V) -> Void)
}

extension WinogradTransform {
  @inlinable @inline(__always) public static var stride: Int { 1 }
  @inlinable @inline(__always)
  public static func plane<V: Vector>(_ v: V.Type, _ x: Source, _ rowStride: Int, _ y: Target, _ outStep: Int) -> Bool {
    false
  }
}

/// F(4, 3) and F(2, 5): the points 0, ±√½, ±√2, ∞ keep the error near that of direct sums, also along both axes.
public enum SixPoints<Outputs: Number>: WinogradTransform {
  @inlinable @inline(__always) static var p: Float { 0.707_106_781_2 }
  @inlinable @inline(__always) static var q: Float { 1.414_213_562_4 }

  public static var points: [Double] { [0, 0.5.squareRoot(), -0.5.squareRoot(), 2.0.squareRoot(), -2.0.squareRoot()] }
  @inlinable @inline(__always) public static var elements: Int { 6 }
  @inlinable @inline(__always) public static var outputs: Int { Outputs.value }
  public static var sums: Int { 1 }

  @inlinable @inline(__always)
  public static func input<V: Vector>(_ v: V.Type, _ x: Source, _ step: Int, _ y: Target, _ outStep: Int) {
    store(V(x), V(x + step), V(x + 2 * step), V(x + 3 * step), V(x + 4 * step), V(x + 5 * step), y, outStep)
  }

  @inlinable @inline(__always)
  static func store<V: Vector>(_ x0: V, _ x1: V, _ x2: V, _ x3: V, _ x4: V, _ x5: V, _ y: Target, _ step: Int) {
    let (e0, e1, e2) = nearer(x0, x1, x2, x3, x4)
    e0.store(y)
    e1.store(y + step)
    e2.store(y + 2 * step)
    let (e3, e4, e5) = farther(x1, x2, x3, x4, x5)
    e3.store(y + 3 * step)
    e4.store(y + 4 * step)
    e5.store(y + 5 * step)
  }

  /// The elements of 0 and ±p.
  @inlinable @inline(__always)
  static func nearer<V: Vector>(_ x0: V, _ x1: V, _ x2: V, _ x3: V, _ x4: V) -> (V, V, V) {
    let (even, odd) = (monic(x2, x4, 2), monic(x1, x3, 2))
    return (monic(x0, x2, x4, 0.5, 2), even.fma(odd, V(splat: p)), even.fma(odd, V(splat: -p)))
  }

  /// The elements of ±q and ∞.
  @inlinable @inline(__always)
  static func farther<V: Vector>(_ x1: V, _ x2: V, _ x3: V, _ x4: V, _ x5: V) -> (V, V, V) {
    let (even, odd) = (monic(x2, x4, 0.5), monic(x1, x3, 0.5))
    return (even.fma(odd, V(splat: q)), even.fma(odd, V(splat: -q)), monic(x1, x3, x5, 0.5, 2))
  }

  /// Three elements of all columns at a time, which are half of the registers.
  @inlinable @inline(__always)
  public static func plane<V: Vector>(_ v: V.Type, _ x: Source, _ rowStride: Int, _ y: Target, _ outStep: Int) -> Bool {
    guard V.lanes == 16 else { return false }
    func row(_ i: Int, _ j: Int) -> V { V(x + i * rowStride + j * 16) }
    func near(_ j: Int) -> (V, V, V) { nearer(row(0, j), row(1, j), row(2, j), row(3, j), row(4, j)) }
    func far(_ j: Int) -> (V, V, V) { farther(row(1, j), row(2, j), row(3, j), row(4, j), row(5, j)) }
    let (a, b, c, d, e, f) = (near(0), near(1), near(2), near(3), near(4), near(5))
    store(a.0, b.0, c.0, d.0, e.0, f.0, y, outStep)
    store(a.1, b.1, c.1, d.1, e.1, f.1, y + 6 * outStep, outStep)
    store(a.2, b.2, c.2, d.2, e.2, f.2, y + 12 * outStep, outStep)
    let (g, h, i, j, k, l) = (far(0), far(1), far(2), far(3), far(4), far(5))
    store(g.0, h.0, i.0, j.0, k.0, l.0, y + 18 * outStep, outStep)
    store(g.1, h.1, i.1, j.1, k.1, l.1, y + 24 * outStep, outStep)
    store(g.2, h.2, i.2, j.2, k.2, l.2, y + 30 * outStep, outStep)
    return true
  }

  @inlinable @inline(__always)
  public static func output<V: Vector>(_ v: V.Type, _ m: Source, _ step: Int, _ give: (Int, V) -> Void) {
    let (m1, m2, m3, m4) = (V(m + step), V(m + 2 * step), V(m + 3 * step), V(m + 4 * step))
    let (a, b, c, d) = (m1.plus(m2), m1.minus(m2), m3.plus(m4), m3.minus(m4))
    give(0, V(m).plus(a).plus(c))
    if outputs == 4 {
      give(1, b.times(V(splat: p)).fma(d, V(splat: q)))
      give(2, c.times(V(splat: 2)).fma(a, V(splat: 0.5)))
    }
    let (pPower, qPower) = outputs == 4 ? (0.5 * p, 2 * q) : (p, q)
    give(outputs - 1, V(m + 5 * step).fma(b, V(splat: pPower)).fma(d, V(splat: qPower)))
  }
}

/// F(2, 3): the points 0, ±1, ∞. Fewer products are saved than by F(4, 3), but weights are 16/9 as many and not four times.
public enum FourPoints: WinogradTransform {
  public static var points: [Double] { [0, 1, -1] }
  @inlinable @inline(__always) public static var elements: Int { 4 }
  @inlinable @inline(__always) public static var outputs: Int { 2 }
  public static var sums: Int { 1 }

  @inlinable @inline(__always)
  public static func input<V: Vector>(_ v: V.Type, _ x: Source, _ step: Int, _ y: Target, _ outStep: Int) {
    let (x1, x2) = (V(x + step), V(x + 2 * step))
    x2.minus(V(x)).store(y)
    x2.plus(x1).store(y + outStep)
    x2.minus(x1).store(y + 2 * outStep)
    V(x + 3 * step).minus(x1).store(y + 3 * outStep)
  }

  @inlinable @inline(__always)
  public static func output<V: Vector>(_ v: V.Type, _ m: Source, _ step: Int, _ give: (Int, V) -> Void) {
    let (m1, m2) = (V(m + step), V(m + 2 * step))
    give(0, V(m).plus(m1.plus(m2)))
    give(1, V(m + 3 * step).plus(m1.minus(m2)))
  }
}

/// F(4, 3) of stride 2. Taps 0 and 2 meet the even inputs, of which there are as in F(4, 2): the points ±½, ±3/2, ∞, whose error is that
/// of direct sums. Tap 1 meets the odd inputs, with a product for each.
public enum StridedPoints: WinogradTransform {
  public static var points: [Double] { [0.5, -0.5, 1.5, -1.5] }
  @inlinable @inline(__always) public static var elements: Int { 9 }
  @inlinable @inline(__always) public static var outputs: Int { 4 }
  @inlinable @inline(__always) public static var stride: Int { 2 }
  public static var sums: Int { 1 }

  @inlinable @inline(__always)
  public static func input<V: Vector>(_ v: V.Type, _ x: Source, _ step: Int, _ y: Target, _ outStep: Int) {
    let (x0, x2, x4) = (V(x), V(x + 2 * step), V(x + 4 * step))
    let (x6, x8) = (V(x + 6 * step), V(x + 8 * step))
    let (x1, x3, x5, x7) = (V(x + step), V(x + 3 * step), V(x + 5 * step), V(x + 7 * step))
    storePair(monic(x2, x6, 2.25), monic(x0, x4, 2.25), 0.5, y, outStep)
    storePair(monic(x2, x6, 0.25), monic(x0, x4, 0.25), 1.5, y + 2 * outStep, outStep)
    monic(x0, x4, x8, 0.25, 2.25).store(y + 4 * outStep)
    x1.store(y + 5 * outStep)
    x3.store(y + 6 * outStep)
    x5.store(y + 7 * outStep)
    x7.store(y + 8 * outStep)
  }

  @inlinable @inline(__always)
  public static func output<V: Vector>(_ v: V.Type, _ m: Source, _ step: Int, _ give: (Int, V) -> Void) {
    let (m0, m1, m2, m3) = (V(m), V(m + step), V(m + 2 * step), V(m + 3 * step))
    let (a, b, c, d) = (m0.plus(m1), m0.minus(m1), m2.plus(m3), m2.minus(m3))
    give(0, V(m + 5 * step).plus(a).plus(c))
    give(1, V(m + 6 * step).fma(b, V(splat: 0.5)).fma(d, V(splat: 1.5)))
    give(2, V(m + 7 * step).fma(a, V(splat: 0.25)).fma(c, V(splat: 2.25)))
    give(3, V(m + 8 * step).plus(V(m + 4 * step)).fma(b, V(splat: 0.125)).fma(d, V(splat: 3.375)))
  }
}

/// F(3, 7): the points 0, ±½, ±⅞, ±3/2, ±4. All numbers of Bᵀ and Aᵀ are floats; with two sums the error is two to three times
/// that of direct ones, as along both axes of `SixPoints`. F(4, 7) has five to eight times that.
public enum NinePoints: WinogradTransform {
  public static var points: [Double] { [0, 0.5, -0.5, 0.875, -0.875, 1.5, -1.5, 4, -4] }
  @inlinable @inline(__always) public static var elements: Int { 9 }
  @inlinable @inline(__always) public static var outputs: Int { 3 }
  public static var sums: Int { 2 }

  @inlinable @inline(__always)
  public static func input<V: Vector>(_ v: V.Type, _ x: Source, _ step: Int, _ y: Target, _ outStep: Int) {
    let (x1, x2, x3, x4) = (V(x + step), V(x + 2 * step), V(x + 3 * step), V(x + 4 * step))
    let (x5, x6, x7, x8) = (V(x + 5 * step), V(x + 6 * step), V(x + 7 * step), V(x + 8 * step))
    let (a, b, c, d): (Float, Float, Float, Float) = (0.25, 0.765_625, 2.25, 16)
    monic(V(x), x2, x4, x6, x8, a, b, c, d).store(y)
    storePair(monic(x2, x4, x6, x8, b, c, d), monic(x1, x3, x5, x7, b, c, d), 0.5, y + outStep, outStep)
    storePair(monic(x2, x4, x6, x8, a, c, d), monic(x1, x3, x5, x7, a, c, d), 0.875, y + 3 * outStep, outStep)
    storePair(monic(x2, x4, x6, x8, a, b, d), monic(x1, x3, x5, x7, a, b, d), 1.5, y + 5 * outStep, outStep)
    storePair(monic(x2, x4, x6, x8, a, b, c), monic(x1, x3, x5, x7, a, b, c), 4, y + 7 * outStep, outStep)
  }

  @inlinable @inline(__always)
  public static func output<V: Vector>(_ v: V.Type, _ m: Source, _ step: Int, _ give: (Int, V) -> Void) {
    let (m1, m2, m3, m4) = (V(m + step), V(m + 2 * step), V(m + 3 * step), V(m + 4 * step))
    let (m5, m6, m7, m8) = (V(m + 5 * step), V(m + 6 * step), V(m + 7 * step), V(m + 8 * step))
    let (a, b, c, d) = (m1.plus(m2), m3.plus(m4), m5.plus(m6), m7.plus(m8))
    give(0, V(m).plus(a).plus(b).plus(c).plus(d))
    give(2, d.times(V(splat: 16)).fma(c, V(splat: 2.25)).fma(b, V(splat: 0.765_625)).fma(a, V(splat: 0.25)))
    let (e, f, g, h) = (m1.minus(m2), m3.minus(m4), m5.minus(m6), m7.minus(m8))
    give(1, h.times(V(splat: 4)).fma(g, V(splat: 1.5)).fma(f, V(splat: 0.875)).fma(e, V(splat: 0.5)))
  }
}

/// The values at p and −p: of an even part, and of an odd part but for its factor p.
@inlinable @inline(__always)
func storePair<V: Vector>(_ even: V, _ odd: V, _ p: Float, _ y: Target, _ step: Int) {
  even.fma(odd, V(splat: p)).store(y)
  even.fma(odd, V(splat: -p)).store(y + step)
}

/// The sum of values times coefficients of (t − a), from the constant one on.
@inlinable @inline(__always)
func monic<V: Vector>(_ x0: V, _ x1: V, _ a: Float) -> V { x1.fma(x0, V(splat: -a)) }

/// The same of (t − a)(t − b).
@inlinable @inline(__always)
func monic<V: Vector>(_ x0: V, _ x1: V, _ x2: V, _ a: Float, _ b: Float) -> V {
  x2.fma(x1, V(splat: -(a + b))).fma(x0, V(splat: a * b))
}

/// The same of (t − a)(t − b)(t − c).
@inlinable @inline(__always)
func monic<V: Vector>(_ x0: V, _ x1: V, _ x2: V, _ x3: V, _ a: Float, _ b: Float, _ c: Float) -> V {
  x3.fma(x2, V(splat: -(a + b + c))).fma(x1, V(splat: a * b + c * (a + b))).fma(x0, V(splat: -a * b * c))
}

/// The same of (t − a)(t − b)(t − c)(t − d).
@inlinable @inline(__always)
func monic<V: Vector>(
  _ x0: V, _ x1: V, _ x2: V, _ x3: V, _ x4: V, _ a: Float, _ b: Float, _ c: Float, _ d: Float
) -> V {
  x4.fma(x3, V(splat: -(a + b + c + d))).fma(x2, V(splat: a * b + c * d + (a + b) * (c + d)))
    .fma(x1, V(splat: -(a * b * (c + d) + c * d * (a + b)))).fma(x0, V(splat: a * b * c * d))
}
