// What a machine can do at most: fused multiply-adds on registers alone, and reading.

/// Rounds, 12 vectors of 16 floats to begin with, and where the results go. A round is `peakFlops` operations a lane.
public typealias MultiplyAddFunction = @convention(c) (Int, Source, Target) -> Void
/// Where to read, how many floats (a multiple of 128), how often, and where 16 floats of sums go.
public typealias ReadFunction = @convention(c) (Source, Int, Int, Target) -> Void

/// Floating-point operations a lane in one round: twelve multiply-adds hide the latency of six in two pipes.
public let peakFlops = 24

/// aᵢ = 1 + aᵢ / 2 for twelve vectors that do not wait for each other.
@inlinable @inline(__always)
public func multiplyAdd<V: Vector>(_ v: V.Type, _ rounds: Int, _ from: Source, _ to: Target) {
  let (one, half) = (V(splat: 1), V(splat: 0.5))
  var (a0, a1, a2, a3) = (V(from), V(from + 16), V(from + 32), V(from + 48))
  var (b0, b1, b2, b3) = (V(from + 64), V(from + 80), V(from + 96), V(from + 112))
  var (c0, c1, c2, c3) = (V(from + 128), V(from + 144), V(from + 160), V(from + 176))
  for _ in 0..<rounds {
    (a0, a1, a2, a3) = (one.fma(a0, half), one.fma(a1, half), one.fma(a2, half), one.fma(a3, half))
    (b0, b1, b2, b3) = (one.fma(b0, half), one.fma(b1, half), one.fma(b2, half), one.fma(b3, half))
    (c0, c1, c2, c3) = (one.fma(c0, half), one.fma(c1, half), one.fma(c2, half), one.fma(c3, half))
  }
  a0.plus(a1).plus(a2).plus(a3).store(to)
  b0.plus(b1).plus(b2).plus(b3).store(to + 16)
  c0.plus(c1).plus(c2).plus(c3).store(to + 32)
}

/// Eight sums that do not wait for each other, over all that lies there.
@inlinable @inline(__always)
public func read<V: Vector>(_ v: V.Type, _ x: Source, _ count: Int, _ times: Int, _ to: Target) {
  let zero = V(splat: 0)
  var (a0, a1, a2, a3, b0, b1, b2, b3) = (zero, zero, zero, zero, zero, zero, zero, zero)
  let n = V.lanes
  for _ in 0..<times {
    var (p, left) = (x, count)
    while left > 0 {
      (a0, a1, a2, a3) = (a0.plus(V(p)), a1.plus(V(p + n)), a2.plus(V(p + 2 * n)), a3.plus(V(p + 3 * n)))
      p += 4 * n
      (b0, b1, b2, b3) = (b0.plus(V(p)), b1.plus(V(p + n)), b2.plus(V(p + 2 * n)), b3.plus(V(p + 3 * n)))
      p += 4 * n
      left -= 8 * n
    }
  }
  a0.plus(a1).plus(a2.plus(a3)).plus(b0.plus(b1).plus(b2.plus(b3))).store(to)
}
