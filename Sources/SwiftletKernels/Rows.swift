// Kernels on rows of plain, row-major arrays; rows of any length.

/// from, to, count.
public typealias SoftmaxFunction = @convention(c) (Source, Target, Int) -> Void
/// from, scale, shift, to, count, epsilon.
public typealias LayerNormFunction = @convention(c) (Source, Source, Source, Target, Int, Float) -> Void

/// The first `count` lanes from `p`, `fill` in the others.
@inlinable @inline(__always)
func partial<V: Vector>(_ v: V.Type, _ p: Source, _ count: Int, _ fill: Float) -> V {
  var lanes = SIMD16<Float>(repeating: fill)
  for i in 0..<count { lanes[i] = p[i] }
  return withUnsafePointer(to: &lanes) { V(UnsafeRawPointer($0).assumingMemoryBound(to: Float.self)) }
}

/// The first `count` lanes stored to `p`.
@inlinable @inline(__always)
func storePartial<V: Vector>(_ v: V, _ p: Target, _ count: Int) {
  var lanes = SIMD16<Float>(repeating: 0)
  withUnsafeMutablePointer(to: &lanes) { v.store(UnsafeMutableRawPointer($0).assumingMemoryBound(to: Float.self)) }
  for i in 0..<count { p[i] = lanes[i] }
}

@inlinable @inline(__always)
public func softmaxRow<V: Vector>(_ v: V.Type, _ x: Source, _ y: Target, _ count: Int) {
  let whole = count / V.lanes * V.lanes
  var largest = V(splat: -.infinity)
  var i = 0
  while i < whole {
    largest = largest.most(V(x + i))
    i += V.lanes
  }
  if whole < count { largest = largest.most(partial(v, x + whole, count - whole, -.infinity)) }
  let top = V(splat: largest.largest)
  var sum = V(splat: 0)
  i = 0
  while i < whole {
    let e = exponential(V(x + i).minus(top))
    e.store(y + i)
    sum = sum.plus(e)
    i += V.lanes
  }
  var total = sum.sum
  if whole < count {
    storePartial(exponential(partial(v, x + whole, count - whole, 0).minus(top)), y + whole, count - whole)
    for j in whole..<count { total += y[j] }
  }
  let factor = 1 / total
  i = 0
  while i < whole {
    V(y + i).times(V(splat: factor)).store(y + i)
    i += V.lanes
  }
  for j in whole..<count { y[j] *= factor }
}

@inlinable @inline(__always)
public func layerNormRow<V: Vector>(
  _ v: V.Type, _ x: Source, _ scale: Source, _ shift: Source, _ y: Target, _ count: Int, _ epsilon: Float
) {
  let whole = count / V.lanes * V.lanes
  let rest = count - whole
  var sum = V(splat: 0)
  var i = 0
  while i < whole {
    sum = sum.plus(V(x + i))
    i += V.lanes
  }
  if rest > 0 { sum = sum.plus(partial(v, x + whole, rest, 0)) }
  let mean = sum.sum / Float(count)
  let center = V(splat: mean)
  var squares = V(splat: 0)
  i = 0
  while i < whole {
    let d = V(x + i).minus(center)
    squares = squares.fma(d, d)
    i += V.lanes
  }
  if rest > 0 {
    let d = partial(v, x + whole, rest, mean).minus(center)
    squares = squares.fma(d, d)
  }
  let factor = V(splat: 1 / (squares.sum / Float(count) + epsilon).squareRoot())
  i = 0
  while i < whole {
    V(shift + i).fma(V(x + i).minus(center).times(factor), V(scale + i)).store(y + i)
    i += V.lanes
  }
  if rest > 0 {
    let d = partial(v, x + whole, rest, 0).minus(center).times(factor)
    storePartial(
      partial(v, shift + whole, rest, 0).fma(d, partial(v, scale + whole, rest, 0)), y + whole, rest)
  }
}
