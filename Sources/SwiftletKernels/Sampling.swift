/// A map whose pixels lie some floats apart, values of one pixel side by side.
public struct SamplingArguments: BitwiseCopyable, Sendable {
  public var height = 0
  public var width = 0
  public var pixelStride = 16
  public init() {}
}

/// Adds one sample: arguments, map, place down and right, weight, to, how many values of the pixel.
public typealias SamplingFunction =
  @convention(c) (UnsafeRawPointer, Source, Double, Double, Float, Target, Int) -> Void

/// to += weight · the values at a place between four pixels; what lies outside the map is 0.
@inlinable @inline(__always)
public func addSample<V: Vector>(
  _ v: V.Type, _ arguments: UnsafeRawPointer, _ x: Source, _ down: Double, _ right: Double, _ weight: Float,
  _ to: Target, _ count: Int
) {
  let g = arguments.assumingMemoryBound(to: SamplingArguments.self).pointee
  // Also where a place is not a number.
  guard down > -1, right > -1, down < Double(g.height), right < Double(g.width) else { return }
  let (top, left) = (Int(down.rounded(.down)), Int(right.rounded(.down)))
  let (fy, fx) = (Float(down - Double(top)), Float(right - Double(left)))
  addPixel(v, g, x, top, left, weight * (1 - fy) * (1 - fx), to, count)
  addPixel(v, g, x, top, left + 1, weight * (1 - fy) * fx, to, count)
  addPixel(v, g, x, top + 1, left, weight * fy * (1 - fx), to, count)
  addPixel(v, g, x, top + 1, left + 1, weight * fy * fx, to, count)
}

@inlinable @inline(__always)
func addPixel<V: Vector>(
  _ v: V.Type, _ g: SamplingArguments, _ x: Source, _ row: Int, _ column: Int, _ weight: Float, _ to: Target,
  _ count: Int
) {
  if row < 0 || row >= g.height || column < 0 || column >= g.width { return }
  let from = x + (row * g.width + column) * g.pixelStride
  let factor = V(splat: weight)
  var i = 0
  while i + V.lanes <= count {
    V(to + i).fma(factor, V(from + i)).store(to + i)
    i += V.lanes
  }
  while i < count {
    to[i] += weight * from[i]
    i += 1
  }
}
