/// 32 outputs of a linear layer: x, depth, weights (32 biases, then 32 weights for each input), y, lower, upper.
public typealias MatrixVectorFunction = @convention(c) (Source, Int, Source, Target, Float, Float) -> Void

/// As many outputs at a time as `C` is wide; two independent sums for each hide the latency of the additions.
@inlinable @inline(__always)
public func matrixVector<C: Columns>(
  _ columns: C.Type, _ x: Source, _ depth: Int, _ weights: Source, _ y: Target, _ lower: Float, _ upper: Float
) {
  var g = TileArguments()
  (g.lower, g.upper) = (lower, upper)
  var lane = 0
  while lane < 32 {
    var even = C(weights + lane)
    var odd = C(splat: 0)
    var w = weights + (32 + lane)
    var k = 0
    while k + 4 <= depth {
      even.fma(x[k], C(w))
      odd.fma(x[k + 1], C(w + 32))
      even.fma(x[k + 2], C(w + 64))
      odd.fma(x[k + 3], C(w + 96))
      w += 128
      k += 4
    }
    while k < depth {
      even.fma(x[k], C(w))
      w += 32
      k += 1
    }
    even.fma(1, odd)
    even.store(y + lane, 16, Clamp(g, nil), 0)
    lane += C.width
  }
}
