/// Which input pixels make each output pixel along one axis, and with which weights, in fixed point.
///
/// The kernel is stretched by the scale when an image shrinks, so nothing aliases. Weights have 22 bits after the point:
/// with 8 bits of pixel and 2 bits of headroom, sums fit 32 bits.
struct ResamplingAxis {
  static let fractionBits: Int32 = 32 - 8 - 2

  /// For each output pixel the first input pixel.
  private(set) var starts: [Int] = []
  /// For each output pixel how many input pixels count.
  private(set) var counts: [Int] = []
  /// `taps` weights for each output pixel, of which the first `counts` matter.
  private(set) var weights: [Int32] = []
  let taps: Int

  /// The input pixels that are needed at all.
  var inputs: Range<Int> {
    let ends = zip(starts, counts).map { $0 + $1 }
    return (starts.min() ?? 0)..<(ends.max() ?? 0)
  }

  /// - Parameter window: the output pixels that are wanted, within 0..<output.
  init(input: Int, output: Int, window: Range<Int>, filter: ResamplingFilter) {
    let scale = Double(input) / Double(output)
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    taps = min(Int(support.rounded(.up)) * 2 + 1, input)
    weights.reserveCapacity(window.count * taps)
    for position in window {
      let center = (Double(position) + 0.5) * scale
      let first = max(0, Int(center - support + 0.5))
      let count = min(input, Int(center + support + 0.5)) - first
      let exact = (0..<count).map { filter.weight((Double($0 + first) - center + 0.5) * (1 / stretch)) }
      let sum = exact.reduce(0, +)
      starts.append(first)
      counts.append(count)
      weights += exact.map { Self.fixed(sum == 0 ? $0 : $0 / sum) }
      weights += repeatElement(0, count: taps - count)
    }
  }

  /// Rounded half away from zero.
  private static func fixed(_ weight: Double) -> Int32 {
    let scaled = weight * Double(1 << Self.fractionBits)
    return Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
  }
}
