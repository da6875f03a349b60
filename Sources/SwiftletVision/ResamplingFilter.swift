#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A kernel that weighs the pixels around a point; 0 beyond `support`.
struct ResamplingFilter: Sendable {
  let support: Double
  let weight: @Sendable (Double) -> Double

  static let box = ResamplingFilter(support: 0.5) { $0 > -0.5 && $0 <= 0.5 ? 1 : 0 }

  static let bilinear = ResamplingFilter(support: 1) { max(0, 1 - abs($0)) }

  static let hamming = ResamplingFilter(support: 1) { x in
    abs(x) < 1 ? sinc(x) * (0.54 + 0.46 * cos(.pi * x)) : 0
  }

  /// Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = −1/2.
  static let bicubic = ResamplingFilter(support: 2) { x in
    let a = -0.5
    let x = abs(x)
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
  }

  static let lanczos = ResamplingFilter(support: 3) { abs($0) < 3 ? sinc($0) * sinc($0 / 3) : 0 }

  private static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(.pi * x) / (.pi * x) }
}
