/// What local response normalisation needs to know: planes of one channel each, which of them the sum reaches.
public struct LRNArguments: BitwiseCopyable, Sendable {
  public var channels = 0
  public var plane = 0
  public var before = 0
  public var after = 0
  public var factor: Float = 0
  public var bias: Float = 0
  public var beta: Float = 0
  public init() {}
}

/// One channel of one image: arguments, the image, the channel's number, its output.
public typealias LRNFunction = @convention(c) (UnsafeRawPointer, Source, Int, Target) -> Void

/// x · (bias + factor · Σ x²)^−beta, the sum over neighbouring channels.
@inlinable @inline(__always)
public func lrn<V: Vector>(_ v: V.Type, _ arguments: UnsafeRawPointer, _ x: Source, _ channel: Int, _ y: Target) {
  let g = arguments.assumingMemoryBound(to: LRNArguments.self).pointee
  let near = max(0, channel - g.before)..<min(g.channels, channel + g.after + 1)
  let own = x + channel * g.plane
  var i = 0
  while i < g.plane {
    let count = min(V.lanes, g.plane - i)
    func load(_ p: Source) -> V { count == V.lanes ? V(p) : partial(v, p, count, 0) }
    var sum = V(splat: 0)
    for c in near {
      let value = load(x + c * g.plane + i)
      sum = sum.fma(value, value)
    }
    let power = logarithm(V(splat: g.bias).fma(sum, V(splat: g.factor))).times(V(splat: -g.beta))
    let result = load(own + i).times(exponential(power))
    if count == V.lanes { result.store(y + i) } else { storePartial(result, y + i, count) }
    i += count
  }
}

/// The natural logarithm of normal numbers above 0: of the mantissa by 2 artanh((m − 1) / (m + 1)), m brought to √½…√2.
@inlinable @inline(__always)
func logarithm<V: Vector>(_ x: V) -> V {
  let (one, m) = (V(splat: 1), x.mantissa)
  let over = m.minus(V(splat: 1.414_213_6))
  let reduced = over.whenPositive(m.times(V(splat: 0.5)), m)
  let exponent = over.whenPositive(x.exponent.plus(one), x.exponent)
  let s = reduced.minus(one).over(reduced.plus(one))
  let square = s.times(s)
  var p = V(splat: 2.0 / 7).fma(square, V(splat: 2.0 / 9))
  p = V(splat: 2.0 / 5).fma(square, p)
  p = V(splat: 2.0 / 3).fma(square, p)
  p = V(splat: 2).fma(square, p)
  return p.times(s).fma(exponent, V(splat: 0.693_147_18))
}
