/// Where an output position lies between two input positions, in floats, and the weight of the second.
public struct Neighbours: BitwiseCopyable, Sendable {
  public var lower: Int
  public var upper: Int
  public var fraction: Float

  public init(lower: Int, upper: Int, fraction: Float) {
    (self.lower, self.upper, self.fraction) = (lower, upper, fraction)
  }
}

/// One block: neighbours of each output row and column, their counts, input block, output block.
public typealias ResizeFunction = @convention(c) (UnsafeRawPointer, UnsafeRawPointer, Int, Int, Source, Target) -> Void

/// Sixteen lanes of one pixel.
@inlinable @inline(__always)
func copyBlock<V: Vector>(_ v: V.Type, _ x: Source, _ y: Target) {
  var lane = 0
  while lane < 16 {
    V(x + lane).store(y + lane)
    lane += V.lanes
  }
}

/// Bilinear interpolation; nearest where fractions are zero.
@inlinable @inline(__always)
public func resize<V: Vector>(
  _ v: V.Type, _ rows: UnsafeRawPointer, _ columns: UnsafeRawPointer, _ height: Int, _ width: Int, _ x: Source,
  _ y: Target
) {
  let vertical = rows.assumingMemoryBound(to: Neighbours.self)
  let horizontal = columns.assumingMemoryBound(to: Neighbours.self)
  let one = V(splat: 1)
  var to = y
  for row in 0..<height {
    let (r0, r1) = (x + vertical[row].lower, x + vertical[row].upper)
    let fy = V(splat: vertical[row].fraction)
    for column in 0..<width {
      let h = horizontal[column]
      if h.fraction == 0, vertical[row].fraction == 0 {
        copyBlock(v, r0 + h.lower, to)
        to += 16
        continue
      }
      let fx = V(splat: h.fraction)
      var lane = 0
      while lane < 16 {
        let top = V(r0 + h.lower + lane).times(one.minus(fx)).fma(V(r0 + h.upper + lane), fx)
        let bottom = V(r1 + h.lower + lane).times(one.minus(fx)).fma(V(r1 + h.upper + lane), fx)
        top.times(one.minus(fy)).fma(bottom, fy).store(to + lane)
        lane += V.lanes
      }
      to += 16
    }
  }
}
