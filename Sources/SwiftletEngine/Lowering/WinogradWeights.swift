import SwiftletGraph
import SwiftletKernels

/// Transformed weights: for each panel of output channels, element and sum a row of zeros and the weights; then all biases.
struct PackedWinograd: Sendable {
  /// Channels; their first block, counted from the output's first; and where the weights start.
  struct Panel: Sendable {
    var width: Int
    var block: Int
    var start: Int
  }
  var constant: Int
  var panels: [Panel]
  /// The input channels of each sum.
  var sums: [Range<Int>]
  var biasStart: Int
  var widest: Int { panels.map(\.width).max()! }
}

extension Planner {
  mutating func packWinograd(
    _ node: Graph.Node, _ tiling: WinogradTiling, _ x: BlockedView, _ y: BlockedView
  ) -> PackedWinograd {
    var lanes = [Int](repeating: -1, count: (y.layout.max()! / 16 + 1) * 16)
    for (channel, physical) in y.layout.enumerated() { lanes[physical] = channel }
    let sums = tiling.sums(x.layout.max()! + 1)
    let rows = sums.last!.upperBound + sums.count
    let panels = winogradPanels(lanes.count, floats: tiling.elementCount * rows)
    let (outs, filter, positions) = (lanes, graph[node.inputs[1]].shape, x.layout)
    let biasStart = panels.last!.start + tiling.elementCount * rows * panels.last!.width
    let constant = constant([node.inputs[1], node.inputs[2]], count: biasStart + lanes.count) { values, to in
      to.update(repeating: 0, count: biasStart + outs.count)
      for (lane, channel) in outs.enumerated() where channel >= 0 { to[biasStart + lane] = values[1].scalars[channel] }
      var transform = WinogradWeights(tiling)
      let taps = filter[2] * filter[3]
      values[0].scalars.withUnsafeBufferPointer { weights in
        for panel in panels {
          for lane in stride(from: 0, to: panel.width, by: 16) {
            let channels = outs[panel.block * 16 + lane..<panel.block * 16 + lane + 16]
            for i in 0..<filter[1] {
              let sources = channels.map { $0 < 0 ? nil : weights.baseAddress! + ($0 * filter[1] + i) * taps }
              let row = positions[i] + 1 + sums.firstIndex { $0.contains(positions[i]) }!
              let first = to + panel.start + row * panel.width + lane
              transform.transform(sources, to: first, step: rows * panel.width)
            }
          }
        }
      }
    }
    return PackedWinograd(constant: constant, panels: panels, sums: sums, biasStart: biasStart)
  }

  /// - Parameter floats: of each channel.
  private func winogradPanels(_ channels: Int, floats: Int) -> [PackedWinograd.Panel] {
    let widths = uncrossedKernels.widths(.dense16, .clamp)
    var (panels, lane): ([PackedWinograd.Panel], Int) = ([], 0)
    while lane < channels {
      let width = widths.first { $0 % 16 == 0 && $0 <= channels - lane }!
      panels.append(.init(width: width, block: lane / 16, start: lane * floats))
      lane += width
    }
    return panels
  }
}

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
  /// With stride 2 powers belong to every other tap, and each output takes the one between.
  fileprivate var weightTransform: [[Double]] {
    let finite = points.map { point in
      let scale = points.reduce(1) { $1 == point ? $0 : $0 * (point - $1) }
      return (0..<taps).map { $0 % stride == 0 ? Array(repeating: point, count: $0 / stride).reduce(1 / scale, *) : 0 }
    }
    func only(_ tap: Int) -> [Double] { (0..<taps).map { $0 == tap ? 1 : 0 } }
    let hasInfinity = elements > points.count
    let between = stride == 1 ? [] : Array(repeating: only(1), count: outputs)
    return finite + (hasInfinity ? [only(taps - 1)] : []) + between
  }
}
