/// 32 outputs of a linear layer: x, depth, weights (32 biases, then 32 weights for each input), y, lower, upper.
public typealias MatrixVectorFunction = @convention(c) (Source, Int, Source, Target, Float, Float) -> Void

/// Four independent sums for each output hide the latency of the additions.
@inlinable @inline(__always)
public func matrixVector<V: Vector>(
  _ v: V.Type, _ x: Source, _ depth: Int, _ weights: Source, _ y: Target, _ lower: Float, _ upper: Float
) {
  let low = V(splat: lower)
  let high = V(splat: upper)
  var lane = 0
  while lane < 32 {
    let half = lane + V.lanes
    var (a0, a1) = (V(weights + lane), V(weights + half))
    var (b0, b1) = (V(splat: 0), V(splat: 0))
    var (c0, c1) = (b0, b0)
    var (d0, d1) = (b0, b0)
    var w = weights + 32
    var k = 0
    while k + 4 <= depth {
      let (s0, s1, s2, s3) = (V(splat: x[k]), V(splat: x[k + 1]), V(splat: x[k + 2]), V(splat: x[k + 3]))
      a0 = a0.fma(s0, V(w + lane))
      a1 = a1.fma(s0, V(w + half))
      b0 = b0.fma(s1, V(w + 32 + lane))
      b1 = b1.fma(s1, V(w + 32 + half))
      c0 = c0.fma(s2, V(w + 64 + lane))
      c1 = c1.fma(s2, V(w + 64 + half))
      d0 = d0.fma(s3, V(w + 96 + lane))
      d1 = d1.fma(s3, V(w + 96 + half))
      w += 128
      k += 4
    }
    while k < depth {
      a0 = a0.fma(V(splat: x[k]), V(w + lane))
      a1 = a1.fma(V(splat: x[k]), V(w + half))
      w += 32
      k += 1
    }
    a0.plus(b0).plus(c0.plus(d0)).most(low).least(high).store(y + lane)
    a1.plus(b1).plus(c1.plus(d1)).most(low).least(high).store(y + half)
    lane += 2 * V.lanes
  }
}
