// Kernels that map or join values. Counts are multiples of 16: buffers are padded to whole blocks.

/// from, to, count, and two numbers whose meaning depends on the formula.
public typealias UnaryFunction = @convention(c) (Source, Target, Int, Float, Float) -> Void
/// a, floats between its pixels and between its 16 lanes (0: one value for all), the same of b, to, count in floats.
public typealias BinaryFunction = @convention(c) (Source, Int, Int, Source, Int, Int, Target, Int) -> Void
/// One block: from, 16 factors, 16 summands, to, pixels, lower, upper.
public typealias AffineFunction = @convention(c) (Source, Source, Source, Target, Int, Float, Float) -> Void

/// Rows, each times a factor of its own: from, factors, which of them for each row, to, rows, floats of a row (a multiple of 8).
public typealias ScaleRowsFunction = @convention(c) (Source, Source, UnsafePointer<Int32>, Target, Int, Int) -> Void

/// A formula with two parameters.
public protocol UnaryFormula {
  static func apply<V: Vector>(_ x: V, _ alpha: V, _ beta: V) -> V
}

@inlinable @inline(__always)
public func unary<F: UnaryFormula, V: Vector>(
  _ f: F.Type, _ v: V.Type, _ x: Source, _ y: Target, _ count: Int, _ alpha: Float, _ beta: Float
) {
  let a = V(splat: alpha)
  let b = V(splat: beta)
  var i = 0
  while i < count {
    F.apply(V(x + i), a, b).store(y + i)
    i += V.lanes
  }
}

public enum ClampFormula: UnaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ x: V, _ alpha: V, _ beta: V) -> V {
    x.most(alpha).least(beta)
  }
}
public enum LeakyReluFormula: UnaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ x: V, _ alpha: V, _ beta: V) -> V {
    x.whenPositive(x, x.times(alpha))
  }
}
public enum EluFormula: UnaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ x: V, _ alpha: V, _ beta: V) -> V {
    x.whenPositive(x, alpha.times(exponential(x).minus(V(splat: 1))))
  }
}
public enum SigmoidFormula: UnaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ x: V, _ alpha: V, _ beta: V) -> V { sigmoid(x) }
}
public enum TanhFormula: UnaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ x: V, _ alpha: V, _ beta: V) -> V {
    hyperbolicTangent(x)
  }
}
public enum HardSigmoidFormula: UnaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ x: V, _ alpha: V, _ beta: V) -> V {
    beta.fma(x, alpha).most(V(splat: 0)).least(V(splat: 1))
  }
}
public enum HardSwishFormula: UnaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ x: V, _ alpha: V, _ beta: V) -> V { hardSwish(x) }
}
public enum SwishFormula: UnaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ x: V, _ alpha: V, _ beta: V) -> V {
    x.over(onePlusExponentialOfMinus(x))
  }
}
public enum GeluFormula: UnaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ x: V, _ alpha: V, _ beta: V) -> V { gelu(x) }
}
public enum GeluTanhFormula: UnaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ x: V, _ alpha: V, _ beta: V) -> V { geluTanh(x) }
}
public enum MishFormula: UnaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ x: V, _ alpha: V, _ beta: V) -> V { mish(x) }
}

/// A formula of two values.
public protocol BinaryFormula {
  static func apply<V: Vector>(_ a: V, _ b: V) -> V
}
public enum AddFormula: BinaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ a: V, _ b: V) -> V { a.plus(b) }
}
public enum SubFormula: BinaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ a: V, _ b: V) -> V { a.minus(b) }
}
public enum MulFormula: BinaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ a: V, _ b: V) -> V { a.times(b) }
}
public enum DivFormula: BinaryFormula {
  @inlinable @inline(__always) public static func apply<V: Vector>(_ a: V, _ b: V) -> V { a.over(b) }
}

/// A formula on pixels of 16 values each; what is left after the last whole one are the first values of another.
@inlinable @inline(__always)
public func binary<F: BinaryFormula, V: Vector>(
  _ f: F.Type, _ v: V.Type, _ a: Source, _ aPixel: Int, _ aLane: Int, _ b: Source, _ bPixel: Int, _ bLane: Int,
  _ y: Target, _ count: Int
) {
  var (a, b, y) = (a, b, y)
  var left = count
  while left >= 16 {
    var lane = 0
    while lane < 16 {
      let first = aLane == 0 ? V(splat: a.pointee) : V(a + lane)
      let second = bLane == 0 ? V(splat: b.pointee) : V(b + lane)
      F.apply(first, second).store(y + lane)
      lane += V.lanes
    }
    a += aPixel
    b += bPixel
    y += 16
    left -= 16
  }
  var lane = 0
  while lane < left {
    let size = min(V.lanes, left - lane)
    let first = aLane == 0 ? V(splat: a.pointee) : partial(v, a + lane, size, 1)
    let second = bLane == 0 ? V(splat: b.pointee) : partial(v, b + lane, size, 1)
    storePartial(F.apply(first, second), y + lane, size)
    lane += size
  }
}

/// x · scale + shift of one block, clamped: a normalisation that no convolution took in, a squeeze-and-excite gate. In pieces that
/// stay in the first cache until all lanes are done.
@inlinable @inline(__always)
public func affine<V: Vector>(
  _ v: V.Type, _ x: Source, _ scale: Source, _ shift: Source, _ y: Target, _ pixels: Int, _ lower: Float,
  _ upper: Float
) {
  let (low, high) = (V(splat: lower), V(splat: upper))
  var first = 0
  while first < pixels * 16 {
    let end = min(first + 1024, pixels * 16)
    var lane = 0
    while lane < 16 {
      let (s, b) = (V(scale + lane), V(shift + lane))
      var i = first + lane
      while i < end {
        b.fma(V(x + i), s).most(low).least(high).store(y + i)
        i += 16
      }
      lane += V.lanes
    }
    first = end
  }
}

@inlinable @inline(__always)
public func scaleRows<V: Vector>(
  _ v: V.Type, _ x: Source, _ factors: Source, _ positions: UnsafePointer<Int32>, _ y: Target, _ rows: Int, _ width: Int
) {
  var (x, y) = (x, y)
  for row in 0..<rows {
    let factor = V(splat: factors[Int(positions[row])])
    var lane = 0
    while lane + V.lanes <= width {
      V(x + lane).times(factor).store(y + lane)
      lane += V.lanes
    }
    while lane < width {
      y[lane] = x[lane] * factors[Int(positions[row])]
      lane += 1
    }
    x += width
    y += width
  }
}
