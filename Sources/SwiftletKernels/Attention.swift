/// One head: arguments, q, k, v, scratch, output.
public typealias AttentionFunction = @convention(c) (UnsafeRawPointer, Source, Source, Source, Target, Target) -> Void

/// Extents and strides (in floats, between tokens) of one attention.
public struct AttentionArguments: BitwiseCopyable, Sendable {
  public var queries = 0
  public var keys = 0
  public var size = 0
  public var valueSize = 0
  public var queryStride = 0
  public var keyStride = 0
  public var valueStride = 0
  public var outputStride = 0
  public var scale: Float = 1
  public init() {}

  @inlinable public var paddedKeys: Int { (keys + 15) / 16 * 16 }
  @inlinable public var paddedValueSize: Int { (valueSize + 15) / 16 * 16 }
  /// Floats of scratch that one head needs: keys transposed, values padded, four rows of scores and of results.
  @inlinable public var scratch: Int {
    size * paddedKeys + keys * paddedValueSize + 4 * paddedKeys + 4 * paddedValueSize
  }
}

/// softmax(q · kᵀ · scale) · v for one head, four queries at a time.
@inlinable @inline(__always)
public func attentionHead<V: Vector>(
  _ v: V.Type, _ arguments: UnsafeRawPointer, _ q: Source, _ k: Source, _ values: Source, _ scratch: Target,
  _ y: Target
) {
  let g = arguments.assumingMemoryBound(to: AttentionArguments.self).pointee
  let (keys, columns) = (g.paddedKeys, g.paddedValueSize)
  let transposed = scratch
  let padded = transposed + g.size * keys
  let scores = padded + g.keys * columns
  let results = scores + 4 * keys
  for t in 0..<keys {
    for d in 0..<g.size { transposed[d * keys + t] = t < g.keys ? k[t * g.keyStride + d] * g.scale : 0 }
  }
  for t in 0..<g.keys {
    for d in 0..<columns { padded[t * columns + d] = d < g.valueSize ? values[t * g.valueStride + d] : 0 }
  }
  var row = 0
  while row < g.queries {
    let count = min(4, g.queries - row)
    product(v, q + row * g.queryStride, g.queryStride, count, transposed, keys, g.size, scores)
    for r in 0..<count { softmaxRow(v, scores + r * keys, scores + r * keys, g.keys) }
    product(v, scores, keys, count, padded, columns, g.keys, results)
    for r in 0..<count {
      for d in 0..<g.valueSize { y[(row + r) * g.outputStride + d] = results[r * columns + d] }
    }
    row += count
  }
}

/// c[rows, columns] = a[rows, depth] · b[depth, columns], at most four rows, columns a multiple of 16. The missing ones of four rows
/// repeat the last, so that each row is summed in one order whatever stands beside it.
@inlinable @inline(__always)
func product<V: Vector>(
  _ v: V.Type, _ a: Source, _ stride: Int, _ rows: Int, _ b: Source, _ columns: Int, _ depth: Int, _ c: Target
) {
  let (r1, r2, r3) = (min(1, rows - 1), min(2, rows - 1), min(3, rows - 1))
  let (a1, a2, a3) = (a + r1 * stride, a + r2 * stride, a + r3 * stride)
  var n = 0
  while n < columns {
    var (c0, c1, c2, c3) = (V(splat: 0), V(splat: 0), V(splat: 0), V(splat: 0))
    for k in 0..<depth {
      let w = V(b + k * columns + n)
      c0 = c0.fma(V(splat: a[k]), w)
      c1 = c1.fma(V(splat: a1[k]), w)
      c2 = c2.fma(V(splat: a2[k]), w)
      c3 = c3.fma(V(splat: a3[k]), w)
    }
    c3.store(c + r3 * columns + n)
    c2.store(c + r2 * columns + n)
    c1.store(c + r1 * columns + n)
    c0.store(c + n)
    n += V.lanes
  }
}
