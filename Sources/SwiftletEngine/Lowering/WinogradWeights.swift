import SwiftletKernels

/// G g Gᵀ in double precision, of the filters of 16 output channels side by side.
struct WinogradWeights {
  private let rows: [[Double]]
  private let columns: [[Double]]
  private var filters: [SIMD16<Double>]
  private var halves: [SIMD16<Double>]

  init(_ tiling: WinogradTiling) {
    let g = tiling.kernel.weightTransform
    rows = tiling.isTransposed ? [[1]] : g
    columns = tiling.isTransposed || tiling.isPlane ? g : [[1]]
    filters = Array(repeating: .zero, count: rows[0].count * columns[0].count)
    halves = Array(repeating: .zero, count: rows.count * columns[0].count)
  }

  /// The elements of one input channel, `step` floats apart.
  /// - Parameter weights: the first tap of each output channel; `nil` for zeros.
  mutating func transform(_ weights: [UnsafePointer<Float>?], to: UnsafeMutablePointer<Float>, step: Int) {
    for (lane, weight) in weights.enumerated() {
      for tap in filters.indices { filters[tap][lane] = weight.map { Double($0[tap]) } ?? 0 }
    }
    let taps = columns[0].count
    for (i, row) in rows.enumerated() {
      for x in 0..<taps {
        halves[i * taps + x] = row.indices.reduce(.zero) { $0 + filters[$1 * taps + x] * row[$1] }
      }
    }
    for i in rows.indices {
      for (j, column) in columns.enumerated() {
        let element = column.indices.reduce(SIMD16<Double>.zero) { $0 + halves[i * taps + $1] * column[$1] }
        UnsafeMutableRawPointer(to + (i * columns.count + j) * step).storeBytes(
          of: SIMD16<Float>(element), as: SIMD16<Float>.self)
      }
    }
  }
}

extension WinogradKernel {
  /// G, row by row: the powers of each point over the value there of the product of the distances from the others; ∞ takes the last tap.
  fileprivate var weightTransform: [[Double]] {
    let finite = points.map { point in
      let scale = points.reduce(1) { $1 == point ? $0 : $0 * (point - $1) }
      var power = 1 / scale
      return (0..<taps).map { _ in
        defer { power *= point }
        return power
      }
    }
    let last = (0..<taps).map { $0 == taps - 1 ? 1.0 : 0 }
    return finite + (elements > points.count ? [last] : [])
  }
}
