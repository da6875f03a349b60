/// 32 outputs of a linear layer: x, depth, weights (32 biases, then 32 weights for each input), y, lower, upper.
public typealias MatrixVectorFunction = @convention(c) (Source, Int, Source, Target, Float, Float) -> Void

/// As many outputs at a time as `C` is wide. The halves of the inputs have sums of their own, and their weights are read side by side:
/// two streams come faster from memory than one.
@inlinable @inline(__always)
public func matrixVector<C: Columns>(
  _ columns: C.Type, _ x: Source, _ depth: Int, _ weights: Source, _ y: Target, _ lower: Float, _ upper: Float
) {
  var g = TileArguments()
  (g.lower, g.upper) = (lower, upper)
  let half = depth / 2
  var lane = 0
  while lane < 32 {
    var first = C(splat: 0)
    var second = C(splat: 0)
    var w = weights + (32 + lane)
    var v = w + half * 32
    var k = 0
    while k + 2 <= half {
      first.fma(x + k, C(w))
      second.fma(x + (half + k), C(v))
      first.fma(x + (k + 1), C(w + 32))
      second.fma(x + (half + k + 1), C(v + 32))
      w += 64
      v += 64
      k += 2
    }
    while k < depth - half {
      if k < half { first.fma(x + k, C(w)) }
      second.fma(x + (half + k), C(v))
      w += 32
      v += 32
      k += 1
    }
    first.add(second)
    first.store(y + lane, 16, Limited<Clamp, BothLimits>(g, nil), 0, adding: C(weights + lane))
    lane += C.width
  }
}
