/// Scores of some queries in blocks of 16 keys: scores, floats between blocks, blocks, queries, scale, for the last block 0 where a lane
/// has a key and a large negative number where not, and for each query the factor that makes the sum of its row 1.
public typealias AttentionWeightsFunction = @convention(c) (Target, Int, Int, Int, Float, Source, Target) -> Void

/// e^(score · scale − largest), and 1 / Σ of these, for each query. The products are rounded as when the largest was found: unrounded
/// ones of large scores would be more.
@inlinable @inline(__always)
public func attentionWeights<V: Vector>(
  _ v: V.Type, _ scores: Target, _ blockStride: Int, _ blocks: Int, _ queries: Int, _ scale: Float, _ mask: Source,
  _ factors: Target
) {
  let scale = V(splat: scale)
  for query in 0..<queries {
    let row = scores + query * 16
    let last = row + (blocks - 1) * blockStride
    var top = V(splat: -.infinity)
    forEachVector(v, blocks - 1) { block, lane in
      top = top.most(V(row + block * blockStride + lane).times(scale))
    }
    forEachVector(v, 1) { _, lane in top = top.most(V(mask + lane).fma(V(last + lane), scale)) }
    let shift = V(splat: -top.largest)
    var sum = V(splat: 0)
    forEachVector(v, blocks - 1) { block, lane in
      let p = row + block * blockStride + lane
      let e = exponential(shift.plus(V(p).times(scale)))
      e.store(p)
      sum = sum.plus(e)
    }
    forEachVector(v, 1) { _, lane in
      let e = exponential(shift.plus(V(mask + lane).fma(V(last + lane), scale)))
      e.store(last + lane)
      sum = sum.plus(e)
    }
    factors[query] = 1 / sum.sum
  }
}
