public import CVector

// How the reduction of a convolution walks through its input. Each walk is a type.

public protocol Walk {
  /// Floats between the input's values of neighbouring output pixels.
  static func step(_ g: TileArguments) -> Int
  /// Adds all products of a panel and fetches what will be needed later, `fetchPace` lines from `next` on for every four products;
  /// dense walks twice as many for a hasty panel.
  static func run<T: Tile>(_ t: inout T, _ a: Source, _ w: Source, _ g: TileArguments, _ p: Panel, _ next: Source)
}

/// How many lines tiles fetch for every four products: more than about one in 20 cycles would wait for each other, and the sums for
/// them.
@inlinable @inline(__always)
public func fetchPace(height: Int, width: Int) -> Int { height * width >= 192 ? 4 : 1 }

/// Floats between the input's values of neighbouring output pixels, as a type.
public protocol Step {
  static func floats(_ g: TileArguments) -> Int
}
/// Stride 1 in a blocked map.
public enum Step16: Step { @inlinable @inline(__always) public static func floats(_ g: TileArguments) -> Int { 16 } }
/// Stride 2 in a blocked map.
public enum Step32: Step { @inlinable @inline(__always) public static func floats(_ g: TileArguments) -> Int { 32 } }
/// Stride 2 in a planar image.
public enum Step2: Step { @inlinable @inline(__always) public static func floats(_ g: TileArguments) -> Int { 2 } }
/// Stride 4 in a planar image.
public enum Step4: Step { @inlinable @inline(__always) public static func floats(_ g: TileArguments) -> Int { 4 } }
/// Anything else, known at run time only.
public enum AnyStep: Step {
  @inlinable @inline(__always) public static func floats(_ g: TileArguments) -> Int { g.pixelStep }
}

/// Consecutive lanes of consecutive blocks: a plain 1×1 convolution.
public enum Dense: Walk {
  @inlinable @inline(__always) public static func step(_ g: TileArguments) -> Int { Step16.floats(g) }
  @inlinable @inline(__always)
  public static func run<T: Tile>(
    _ t: inout T, _ a: Source, _ w: Source, _ g: TileArguments, _ p: Panel, _ next: Source
  ) {
    let s = T.C.width
    let step = step(g)
    let isSlow = fetchPace(height: T.height, width: s) == 1  // a constant after inlining
    // The same lines again unless hasty: a branch would cost the loop its registers.
    let more = p.isHasty ? (isSlow ? 64 : 256) : 0
    var a = a
    var w = w
    var n = UnsafeRawPointer(next)
    var blocks = p.depth >> 4
    while blocks > 0 {
      var k = 0
      while T.C.isMixed, k < 16 {  // more steps are mixed so that the registers do not suffice
        t.fma(a + k, step, T.C(w))
        prefetchL2(n)
        w += s
        k += 1
        n += isSlow ? 16 : 64
      }
      while k < 16 {  // four steps by hand: one step a turn costs 5 %
        t.fma(a + k, step, T.C(w))
        t.fma(a + k + 1, step, T.C(w + s))
        t.fmaBack(a + k + 2, step, T.C(w + 2 * s))
        t.fmaBack(a + k + 3, step, T.C(w + 3 * s))
        prefetchL2(n)
        if isSlow {
          prefetchL2(n + more)
        } else {
          prefetchL2(n + 64)
          prefetchL2(n + 128)
          prefetchL2(n + 192)
          prefetchL2(n + more)
          prefetchL2(n + (more + 64))
          prefetchL2(n + (more + 128))
          prefetchL2(n + (more + 192))
        }
        w += 4 * s
        k += 4
        n += (isSlow ? 64 : 256) + more
      }
      a += g.inputBlockStride
      blocks -= 1
    }
    var k = 0
    while k < p.depth & 15 {
      t.fma(a + k, step, T.C(w))
      w += s
      k += 1
    }
  }
}

/// An offset for each product: taps of a window, concatenated, split, shuffled and grouped channels.
public enum Gather<S: Step>: Walk {
  @inlinable @inline(__always) public static func step(_ g: TileArguments) -> Int { S.floats(g) }
  @inlinable @inline(__always)
  public static func run<T: Tile>(
    _ t: inout T, _ a: Source, _ w: Source, _ g: TileArguments, _ p: Panel, _ next: Source
  ) {
    let s = T.C.width
    let step = S.floats(g)
    let offsets = p.offsets.unsafelyUnwrapped
    let isSlow = fetchPace(height: T.height, width: s) == 1
    var w = w
    var n = UnsafeRawPointer(next)
    var k = 0
    // Two products a turn cost 1 %, and so does going back every two products as dense walks do, which is better there.
    while T.swings, k + 4 <= p.depth {
      t.fma(a + Int(offsets[k]), step, T.C(w))
      prefetchL2(n)
      t.fmaBack(a + Int(offsets[k + 1]), step, T.C(w + s))
      t.fma(a + Int(offsets[k + 2]), step, T.C(w + 2 * s))
      prefetchL2(n + 32)
      t.fmaBack(a + Int(offsets[k + 3]), step, T.C(w + 3 * s))
      n += 64
      w += 4 * s
      k += 4
    }
    // More products a turn are mixed so that the registers do not suffice, and so are two of vectors of two sizes.
    while !T.C.isMixed, k + 2 <= p.depth {
      t.fma(a + Int(offsets[k]), step, T.C(w))
      prefetchL2(n)
      keepOrder()  // or inputs of both products take registers at once
      t.fma(a + Int(offsets[k + 1]), step, T.C(w + s))
      if !isSlow { prefetchL2(n + 64) }
      n += isSlow ? 32 : 128
      w += 2 * s
      k += 2
    }
    while k < p.depth {
      t.fma(a + Int(offsets[k]), step, T.C(w))
      prefetchL2(n)
      n += isSlow ? 16 : 64
      w += s
      k += 1
    }
  }
}
