/// A line of an architecture's table: a block and how often it is repeated. Only the first one strides.
public struct Repeated {
  let count: Int
  let stride: Int
  let block: (_ stride: Int) -> any Layer

  public init(_ count: Int, stride: Int = 1, _ block: @escaping (_ stride: Int) -> any Layer) {
    (self.count, self.stride, self.block) = (count, stride, block)
  }
}

/// How an architecture's table becomes a variant of it: all widths and all repeats are multiplied.
///
/// Tan and Le, EfficientNet, ICML 2019, §3.3; the width alone is MobileNet's "width multiplier".
public struct Scaling: Sendable {
  public var width: Double
  /// One factor for all stages, or one for each.
  public var depth: [Double]
  /// What makes the scaled number of a stage's blocks whole.
  public var rounding: FloatingPointRoundingRule
  /// The repeats of the first and the last stage stay.
  public var keepsEnds: Bool
  /// The share of a scaled width that rounding to a multiple of 8 does not fall below.
  public var limit: Double

  public init(
    width: Double = 1, depth: Double..., rounding: FloatingPointRoundingRule = .up, keepsEnds: Bool = false,
    limit: Double = 0.9
  ) {
    (self.width, self.depth) = (width, depth.isEmpty ? [1] : depth)
    (self.rounding, self.keepsEnds, self.limit) = (rounding, keepsEnds, limit)
  }

  /// The scaled width, a multiple of 8.
  public func channels(_ count: Int) -> Int { roundedChannels(Double(count) * width, limit: limit) }

  /// The blocks of each stage.
  public func blocks(_ stages: [[Repeated]]) -> [[any Layer]] {
    stages.enumerated().map { i, lines in
      let isEnd = i == 0 || i == stages.count - 1
      let factor = keepsEnds && isEnd ? 1 : depth[min(i, depth.count - 1)]
      return zip(lines, repeats(lines.map(\.count), factor)).flatMap { line, count in
        (0..<count).map { line.block($0 == 0 ? line.stride : 1) }
      }
    }
  }

  /// Shares the scaled number of a stage's blocks among its lines in proportion, the last line first.
  private func repeats(_ counts: [Int], _ factor: Double) -> [Int] {
    var left = counts.reduce(0, +)
    var scaled = max(1, Int((Double(left) * factor).rounded(rounding)))
    var shares: [Int] = []
    for count in counts.reversed() {
      let share = max(1, Int((Double(count) / Double(left) * Double(scaled)).rounded(.toNearestOrEven)))
      shares.insert(share, at: 0)
      left -= count
      scaled -= share
    }
    return shares
  }
}
