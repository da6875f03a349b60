// Normalisation of maps in blocks of 16 channels.

/// What the normalisation of each pixel over its channels needs to know. Vectors have 16 values a block: `mask` is 1 in lanes with
/// a channel, 0 elsewhere; scale and shift are 0 there.
public struct ChannelNormArguments: BitwiseCopyable {
  /// Floats from the image's first value to each block.
  public var inputBlocks: UnsafePointer<Int>
  public var outputBlocks: UnsafePointer<Int>
  public var blocks: Int
  public var channels: Int
  public var mask: Source
  public var scale: Source
  public var shift: Source
  public var epsilon: Float

  public init(
    inputBlocks: UnsafePointer<Int>, outputBlocks: UnsafePointer<Int>, blocks: Int, channels: Int, mask: Source,
    scale: Source, shift: Source, epsilon: Float
  ) {
    (self.inputBlocks, self.outputBlocks, self.blocks) = (inputBlocks, outputBlocks, blocks)
    (self.channels, self.mask, self.scale, self.shift) = (channels, mask, scale, shift)
    self.epsilon = epsilon
  }
}

/// Some pixels of one image: arguments, the first one in the image's first block, the same of the output, how many.
public typealias ChannelNormFunction = @convention(c) (UnsafeRawPointer, Source, Target, Int) -> Void

/// The same of four pixels: what one waits for is done beside the others'.
@usableFromInline struct Four<T> {
  @usableFromInline var a: T
  @usableFromInline var b: T
  @usableFromInline var c: T
  @usableFromInline var d: T
  @inlinable @inline(__always) init(_ value: (Int) -> T) { (a, b, c, d) = (value(0), value(1), value(2), value(3)) }
  @inlinable @inline(__always) func forEach(_ body: (Int, T) -> Void) {
    body(0, a)
    body(1, b)
    body(2, c)
    body(3, d)
  }
  @inlinable @inline(__always) subscript(_ i: Int) -> T {
    switch i {  // a constant after inlining
    case 0: a
    case 1: b
    case 2: c
    default: d
    }
  }
}

/// Each pixel's channels to mean 0 and variance 1, then scale and shift.
@inlinable @inline(__always)
public func channelNorm<V: Vector>(_ v: V.Type, _ arguments: UnsafeRawPointer, _ x: Source, _ y: Target, _ pixels: Int)
{
  let g = arguments.assumingMemoryBound(to: ChannelNormArguments.self).pointee
  let share = 1 / Float(g.channels)
  var pixel = 0
  while pixel < pixels {
    // Behind the last pixel that one again; all four are read before they are written.
    let offsets = Four { min(pixel + $0, pixels - 1) * 16 }
    var sums = Four { _ in V(splat: 0) }
    forEachVector(v, g.blocks) { block, lane in
      let (from, mask) = (x + g.inputBlocks[block] + lane, V(g.mask + block * 16 + lane))
      sums = Four { sums[$0].fma(V(from + offsets[$0]), mask) }
    }
    let means = Four { V(splat: sums[$0].sum * share) }
    var squares = Four { _ in V(splat: 0) }
    forEachVector(v, g.blocks) { block, lane in
      let (from, mask) = (x + g.inputBlocks[block] + lane, V(g.mask + block * 16 + lane))
      let distances = Four { V(from + offsets[$0]).minus(means[$0]).times(mask) }
      squares = Four { squares[$0].fma(distances[$0], distances[$0]) }
    }
    let factors = Four { V(splat: 1 / (squares[$0].sum * share + g.epsilon).squareRoot()) }
    forEachVector(v, g.blocks) { block, lane in
      let (from, to) = (x + g.inputBlocks[block] + lane, y + g.outputBlocks[block] + lane)
      let (scale, shift) = (V(g.scale + block * 16 + lane), V(g.shift + block * 16 + lane))
      let values = Four { shift.fma(V(from + offsets[$0]).minus(means[$0]).times(factors[$0]), scale) }
      values.forEach { $1.store(to + offsets[$0]) }
    }
    pixel += 4
  }
}

@inlinable @inline(__always)
func forEachVector<V: Vector>(_ v: V.Type, _ blocks: Int, _ body: (Int, Int) -> Void) {
  var block = 0
  while block < blocks {
    var lane = 0
    while lane < 16 {
      body(block, lane)
      lane += V.lanes
    }
    block += 1
  }
}

/// One block: input, pixels, and 16 means, then 16 sums of squared distances from them.
public typealias MomentsFunction = @convention(c) (Source, Int, Target) -> Void

@inlinable @inline(__always)
public func moments<V: Vector>(_ v: V.Type, _ x: Source, _ pixels: Int, _ y: Target) {
  reduceColumns(PlainSum.self, v, x, 16, pixels, y, 16, 1 / Float(pixels))
  var lane = 0
  while lane < 16 {
    let mean = V(y + lane)
    var (a, b) = (V(splat: 0), V(splat: 0))
    var i = 0
    while i + 2 <= pixels {
      let (d, e) = (V(x + i * 16 + lane).minus(mean), V(x + i * 16 + 16 + lane).minus(mean))
      a = a.fma(d, d)
      b = b.fma(e, e)
      i += 2
    }
    if i < pixels {
      let d = V(x + i * 16 + lane).minus(mean)
      a = a.fma(d, d)
    }
    a.plus(b).store(y + 16 + lane)
    lane += V.lanes
  }
}

/// One block: input, output, pixels, lambda.
public typealias SimAMFunction = @convention(c) (Source, Target, Int, Float) -> Void

/// x · σ(d² / (4 (Σ d² / (n − 1) + lambda)) + 1/2), d the distance from the map's mean.
@inlinable @inline(__always)
public func simAM<V: Vector>(_ v: V.Type, _ x: Source, _ y: Target, _ pixels: Int, _ lambda: Float) {
  var statistics = SIMD32<Float>(repeating: 0)
  withUnsafeMutablePointer(to: &statistics) {
    let s = UnsafeMutableRawPointer($0).assumingMemoryBound(to: Float.self)
    moments(v, x, pixels, s)
    let share = V(splat: 1 / Float(max(1, pixels - 1)))
    var lane = 0
    while lane < 16 {
      let mean = V(s + lane)
      let factor = V(splat: 0.25).over(V(splat: lambda).fma(V(s + 16 + lane), share))
      for i in 0..<pixels {
        let value = V(x + i * 16 + lane)
        let d = value.minus(mean)
        value.times(sigmoid(V(splat: 0.5).fma(d.times(d), factor))).store(y + i * 16 + lane)
      }
      lane += V.lanes
    }
  }
}
