// Formulas of activations on vectors, to about 1e-6 relative.

@inlinable @inline(__always)
public func hardSwish<V: Vector>(_ x: V) -> V {
  x.times(V(splat: 0.5).fma(x, V(splat: 1 / 6)).most(V(splat: 0)).least(V(splat: 1)))
}

/// eˣ for x limited to −87…88: 2ⁿ · p(r), n the nearest integer to x / ln 2, p of degree 6 on |r| ≤ ln 2 / 2.
@inlinable @inline(__always)
public func exponential<V: Vector>(_ x: V) -> V {
  let x = x.most(V(splat: -87)).least(V(splat: 88))
  let magic = V(splat: 12_582_912)  // 1.5 · 2²³: adding it rounds to an integer in the low bits
  let t = magic.fma(x, V(splat: 1.442_695_04))
  let n = t.minus(magic)
  let r = x.fma(n, V(splat: -0.693_145_75)).fma(n, V(splat: -1.428_606_8e-6))
  var p = V(splat: 1.0 / 720).times(r).plus(V(splat: 1.0 / 120))
  p = V(splat: 1.0 / 24).fma(p, r)
  p = V(splat: 1.0 / 6).fma(p, r)
  p = V(splat: 0.5).fma(p, r)
  p = V(splat: 1).fma(p, r)
  p = V(splat: 1).fma(p, r)
  return p.times(t.powerOfTwo())
}

@inlinable @inline(__always)
public func sigmoid<V: Vector>(_ x: V) -> V {
  let one = V(splat: 1)
  return one.over(one.plus(exponential(V(splat: 0).minus(x))))
}

/// tanh x = 1 − 2 / (e²ˣ + 1); near zero an odd polynomial, where the difference would cancel.
@inlinable @inline(__always)
public func hyperbolicTangent<V: Vector>(_ x: V) -> V {
  let one = V(splat: 1)
  let far = one.minus(V(splat: 2).over(exponential(x.plus(x)).plus(one)))
  let s = x.times(x)
  var p = V(splat: -17.0 / 315).fma(s, V(splat: 62.0 / 2835))
  p = V(splat: 2.0 / 15).fma(s, p)
  p = V(splat: -1.0 / 3).fma(s, p)
  let near = x.fma(x.times(s), p)
  return s.minus(V(splat: 0.0625)).whenPositive(far, near)
}

/// The error function. Abramowitz and Stegun 7.1.26 has 1.5e-7 absolute error; below 0.5 a Taylor series keeps it relative.
@inlinable @inline(__always)
public func errorFunction<V: Vector>(_ x: V) -> V {
  let one = V(splat: 1)
  let zero = V(splat: 0)
  let magnitude = x.most(zero.minus(x))
  let t = one.over(one.fma(magnitude, V(splat: 0.327_591_1)))
  var p = V(splat: -1.453_152_027).fma(t, V(splat: 1.061_405_429))
  p = V(splat: 1.421_413_741).fma(t, p)
  p = V(splat: -0.284_496_736).fma(t, p)
  p = V(splat: 0.254_829_592).fma(t, p)
  let tail = p.times(t).times(exponential(zero.minus(magnitude.times(magnitude))))
  let far = one.minus(tail)
  let s = x.times(x)
  var q = V(splat: 1.0 / 216).fma(s, V(splat: -1.0 / 1320))
  q = V(splat: -1.0 / 42).fma(s, q)
  q = V(splat: 0.1).fma(s, q)
  q = V(splat: -1.0 / 3).fma(s, q)
  q = one.fma(s, q)
  let near = x.times(q).times(V(splat: 1.128_379_167_1))
  return magnitude.minus(V(splat: 0.5)).whenPositive(x.whenPositive(far, zero.minus(far)), near)
}

@inlinable @inline(__always)
public func gelu<V: Vector>(_ x: V) -> V {
  let half = V(splat: 0.5)
  return x.times(half.fma(half, errorFunction(x.times(V(splat: 0.707_106_781_2)))))
}

@inlinable @inline(__always)
public func geluTanh<V: Vector>(_ x: V) -> V {
  let half = V(splat: 0.5)
  let cubic = x.fma(x.times(x).times(x), V(splat: 0.044_715))
  return x.times(half.fma(half, hyperbolicTangent(cubic.times(V(splat: 0.797_884_560_8)))))
}

/// x · tanh(ln(1 + eˣ)) = x · (e²ˣ + 2eˣ) / (e²ˣ + 2eˣ + 2); x itself where eˣ would overflow.
@inlinable @inline(__always)
public func mish<V: Vector>(_ x: V) -> V {
  let e = exponential(x.least(V(splat: 20)))
  let n = e.times(e.plus(V(splat: 2)))
  return x.times(n.over(n.plus(V(splat: 2))))
}
