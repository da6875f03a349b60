// Strassen's matrix product in Winograd's form: 7 products of quarters instead of 8. With the input A in quarters (halves of the pixels ×
// halves of the channels) and the weights B likewise, it needs four sums of each, and seven of the products.
// Winograd, On multiplication of 2 × 2 matrices, Linear Algebra and its Applications 4, 1971.

/// The sums of one block: A₁₁, A₁₂, A₂₁, A₂₂, the first sum, floats from sum to sum, floats of a quarter, and which lanes of the right
/// quarters hold channels (positive) or count as zero.
public typealias StrassenSumsFunction =
  @convention(c) (Source, Source, Source, Source, Target, Int, Int, Source) -> Void
/// The last quarter of the answer from sums of products: U₂, U₄, U₃, floats of a quarter, shortcuts of C₁₂, C₂₁ and C₂₂ or `nil`, lower and
/// upper bound, output.
public typealias StrassenLastFunction =
  @convention(c) (Source, Target, Target, Int, Source?, Source?, Source?, Float, Float, Target) -> Void

/// S₁ = A₂₁ + A₂₂, S₂ = S₁ − A₁₁, S₃ = A₁₁ − A₂₁, S₄ = A₁₂ − S₂.
@inlinable @inline(__always)
public func strassenSums<V: Vector>(
  _ v: V.Type, _ a11: Source, _ a12: Source, _ a21: Source, _ a22: Source, _ s: Target, _ stride: Int, _ count: Int,
  _ lanes: Source
) {
  let zero = V(splat: 0)
  var i = 0
  while i < count {
    let isChannel = V(lanes + i % 16)
    let (left, below) = (V(a11 + i), V(a21 + i))
    let s1 = below.plus(isChannel.whenPositive(V(a22 + i), zero))
    let s2 = s1.minus(left)
    s1.store(s + i)
    s2.store(s + stride + i)
    left.minus(below).store(s + 2 * stride + i)
    isChannel.whenPositive(V(a12 + i), zero).minus(s2).store(s + 3 * stride + i)
    i += V.lanes
  }
}

/// C₂₂ = U₄ + U₃ − U₂, with the shortcut, clamped. The shortcuts of C₁₂ and C₂₁ are added to U₄ and U₃, of which those are made.
@inlinable @inline(__always)
public func strassenLast<V: Vector>(
  _ v: V.Type, _ u2: Source, _ u4: Target, _ u3: Target, _ count: Int, _ r12: Source?, _ r21: Source?, _ r22: Source?,
  _ lower: Float, _ upper: Float, _ c: Target
) {
  let (lower, upper) = (V(splat: lower), V(splat: upper))
  var i = 0
  if let r12, let r21, let r22 {
    while i < count {
      let (right, below) = (V(u4 + i), V(u3 + i))
      right.plus(V(r12 + i)).store(u4 + i)
      below.plus(V(r21 + i)).store(u3 + i)
      right.plus(below.minus(V(u2 + i))).plus(V(r22 + i)).most(lower).least(upper).store(c + i)
      i += V.lanes
    }
  } else {
    while i < count {
      V(u4 + i).plus(V(u3 + i).minus(V(u2 + i))).most(lower).least(upper).store(c + i)
      i += V.lanes
    }
  }
}
