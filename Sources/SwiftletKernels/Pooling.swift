/// What one pool needs to know.
public struct PoolArguments: BitwiseCopyable, Sendable {
  public var inputHeight = 0
  public var inputWidth = 0
  public var outputHeight = 0
  public var outputWidth = 0
  public var kernelHeight = 0
  public var kernelWidth = 0
  public var strideY = 1
  public var strideX = 1
  public var dilationY = 1
  public var dilationX = 1
  public var top = 0
  public var left = 0
  public init() {}
}

/// Rows `first..<last` of one block: arguments, input block, factor of each output pixel (average only), output block.
public typealias PoolFunction = @convention(c) (UnsafeRawPointer, Source, Source?, Target, Int, Int) -> Void

public protocol PoolFormula {
  static var start: Float { get }
  static func fold<V: Vector>(_ a: V, _ b: V) -> V
}
public enum MaxFormula: PoolFormula {
  @inlinable @inline(__always) public static var start: Float { -.infinity }
  @inlinable @inline(__always) public static func fold<V: Vector>(_ a: V, _ b: V) -> V { a.most(b) }
}
public enum SumFormula: PoolFormula {
  @inlinable @inline(__always) public static var start: Float { 0 }
  @inlinable @inline(__always) public static func fold<V: Vector>(_ a: V, _ b: V) -> V { a.plus(b) }
}

@inlinable @inline(__always)
public func pool<F: PoolFormula, V: Vector>(
  _ f: F.Type, _ v: V.Type, _ arguments: UnsafeRawPointer, _ x: Source, _ factors: Source?, _ y: Target, _ first: Int,
  _ last: Int
) {
  let p = arguments.assumingMemoryBound(to: PoolArguments.self).pointee
  for row in first..<last {
    let top = row * p.strideY - p.top
    for column in 0..<p.outputWidth {
      let left = column * p.strideX - p.left
      let pixel = row * p.outputWidth + column
      let factor = V(splat: factors.map { $0[pixel] } ?? 1)
      var lane = 0
      while lane < 16 {
        var value = V(splat: F.start)
        for ky in 0..<p.kernelHeight {
          let iy = top + ky * p.dilationY
          if iy < 0 || iy >= p.inputHeight { continue }
          for kx in 0..<p.kernelWidth {
            let ix = left + kx * p.dilationX
            if ix < 0 || ix >= p.inputWidth { continue }
            value = F.fold(value, V(x + (iy * p.inputWidth + ix) * 16 + lane))
          }
        }
        value.times(factor).store(y + pixel * 16 + lane)
        lane += V.lanes
      }
    }
  }
}
