// Formulas of activations on vectors, to about 1e-6 relative.

@inlinable @inline(__always)
public func hardSwish<V: Vector>(_ x: V) -> V {
  x.times(V(splat: 0.5).fma(x, V(splat: 1 / 6)).most(V(splat: 0)).least(V(splat: 1)))
}

/// e^(sign · x) for x limited to −87…87 as p(r) · 2^(n / parts): n is the nearest integer to sign · x · parts / ln 2, r the rest; p is
/// within 1e-7 of eʳ.
@inlinable @inline(__always)
func exponentialFactors<V: Vector>(_ x: V, sign: Float) -> (p: V, power: V) {
  let x = x.most(V(splat: -87)).least(V(splat: 87))
  let magic = V(splat: 12_582_912)  // 1.5 · 2²³: adding it rounds to an integer in the low bits
  let t = magic.fma(x, V(splat: sign * 1.442_695_04 * Float(V.octaveParts)))
  let n = t.minus(magic)
  guard V.octaveParts == 1 else {
    // r and the odd coefficients bear the sign.
    let r = x.fma(n, V(splat: sign * -0.693_147_181 / Float(V.octaveParts)))
    var p =
      V.octaveParts == 8
      ? V(splat: sign).fma(r, V(splat: 0.500_064_48).fma(r, V(splat: sign * 0.166_668_6)))
      : V(splat: sign * 1.000_014_66).fma(r, V(splat: 0.500_000_53))
    p = V(splat: 1).fma(r, p)
    return (p, t.powerOfTwo)
  }
  let r = x.times(V(splat: sign)).fma(n, V(splat: -0.693_145_75)).fma(n, V(splat: -1.428_606_8e-6))
  var p = V(splat: 0.0418979319).fma(r, V(splat: 0.00829031286))
  p = V(splat: 0.166676362).fma(r, p)
  p = V(splat: 0.499991495).fma(r, p)
  p = V(splat: 0.999999707).fma(r, p)
  p = V(splat: 1).fma(r, p)
  return (p, t.powerOfTwo)
}

/// eˣ for x limited to −87…87.
@inlinable @inline(__always)
public func exponential<V: Vector>(_ x: V) -> V {
  let (p, power) = exponentialFactors(x, sign: 1)
  return p.times(power)
}

/// 1 + e⁻ˣ.
@inlinable @inline(__always)
public func onePlusExponentialOfMinus<V: Vector>(_ x: V) -> V {
  let (p, power) = exponentialFactors(x, sign: -1)
  return V(splat: 1).fma(p, power)
}

@inlinable @inline(__always)
public func sigmoid<V: Vector>(_ x: V) -> V { V(splat: 1).over(onePlusExponentialOfMinus(x)) }

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

/// x · Φ(x), Φ the distribution of the normal law. Φ(x) − 1/2 is x · p(x²) / q(x²) to 3e-8 of its value up to 5.7, where Φ is 1 in
/// 32 bits.
@inlinable @inline(__always)
public func gelu<V: Vector>(_ x: V) -> V {
  let x = x.most(V(splat: -5.7))
  let near = x.least(V(splat: 5.7))
  let s = near.times(near)
  var p = V(splat: 6.289_289_54e-6).fma(s, V(splat: 2.169_499_49e-8))
  p = V(splat: 1.737_713_42e-4).fma(s, p)
  p = V(splat: 4.706_641_48e-3).fma(s, p)
  p = V(splat: 3.443_960_2e-2).fma(s, p)
  p = V(splat: 0.398_942_27).fma(s, p)
  var q = V(splat: 7.471_266_38e-5).fma(s, V(splat: 1.161_946_55e-6))
  q = V(splat: 1.913_243_92e-3).fma(s, q)
  q = V(splat: 2.896_448_73e-2).fma(s, q)
  q = V(splat: 0.252_993_518).fma(s, q)
  q = V(splat: 1).fma(s, q)
  return x.times(V(splat: 0.5).plus(near.times(p).over(q)))
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
