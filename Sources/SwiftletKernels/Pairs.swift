public import CVector

// Pairs of bfloat16, floats rounded to their upper 16 bits: a lane of 32 bits holds those of two neighbouring channels, and one
// instruction multiplies and adds both. A map of pairs looks like a map of half the channels.

/// Rounds two blocks to one block of pairs: first block, second block, 16 factors of each that come before rounding, to, pixels.
public typealias RoundFunction = @convention(c) (Source, Source, Source, Source, Target, Int) -> Void

/// What kernels ask of a vector that pairs fit in.
public protocol PairVector: Vector {
  /// self + both products of each lane.
  func dot(_ a: Self, _ b: Self) -> Self
  /// Neighbouring lanes as pairs, those of self first; rounded to nearest even, denormals to zero.
  func pairs(_ second: Self) -> Self
}

extension SIMD16: PairVector where Scalar == Float {
  @inlinable @inline(__always) public func dot(_ a: Self, _ b: Self) -> Self { dot16(self, a, b) }
  @inlinable @inline(__always) public func pairs(_ second: Self) -> Self { pairs16(self, second) }
}

/// A lane is a pair.
public enum Pairs<V: PairVector>: Product {
  @inlinable @inline(__always) public static func add(_ a: V, _ w: V, to sum: V) -> V { sum.dot(a, w) }
}

@inlinable @inline(__always)
public func roundPairs<V: PairVector>(
  _ v: V.Type, _ first: Source, _ second: Source, _ firstFactors: Source, _ secondFactors: Source, _ to: Target,
  _ pixels: Int
) {
  let (f, g) = (V(firstFactors), V(secondFactors))
  for i in 0..<pixels {
    V(first + i * 16).times(f).pairs(V(second + i * 16).times(g)).store(to + i * 16)
  }
}

/// The kernels for pairs of an instruction set that has them.
public struct PairKernels: Sendable {
  public var tiles: [TileKey: TileFunction]
  public var tileHeights: TileHeights
  public var round: RoundFunction

  public init(tiles: [TileKey: TileFunction], tileHeights: TileHeights, round: RoundFunction) {
    (self.tiles, self.tileHeights, self.round) = (tiles, tileHeights, round)
  }
}
