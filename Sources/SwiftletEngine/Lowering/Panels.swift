import SwiftletGraph
import SwiftletKernels

/// The panels of a convolution: which channels, from where in the packed constant.
struct PackedPanels: Sendable {
  struct Panel: Sendable {
    var width: Int
    /// Physical output block, and where the weights start.
    var block: Int
    var start: Int
    /// Products for each output.
    var depth: Int
    /// Where the input of each product lies; empty for dense walks.
    var offsets: [Int32]
    /// Each row of weights has those of two inputs.
    var isInTwos = false

    var rowFloats: Int { isInTwos ? 2 * width : width }
    /// Of the weights of so many products, and biases before them.
    func floats(_ products: Int) -> Int { (rows(products) + 1) * rowFloats }
    func rows(_ products: Int) -> Int { isInTwos ? (products + 1) / 2 : products }

    /// About equal parts, multiples of 16 products.
    func cut(into parts: Int) -> [Range<Int>] {
      let size = max(16, (depth + 16 * parts - 1) / (16 * parts) * 16)
      return (0..<parts).map { min($0 * size, depth)..<($0 == parts - 1 ? depth : min(($0 + 1) * size, depth)) }
    }

    /// Lines that tiles fetch beside the next panel, which every sweep fetches.
    func idleLines(spans: Int, sweeps: Int, _ heights: TileHeights) -> Int {
      let height = heights.most(width: width, isInTwos: isInTwos)
      let tiles = spans * ((heights.tallest + height - 1) / height)
      return depth * max(0, tiles * fetchPace(height: height, width: width) / 4 - sweeps * width / 16)
    }

    /// Which floats behind the panel's first are fetched while it is used: the next panel, where enough tiles use this one.
    func next(_ products: Int, _ tiles: Int) -> Range<Int> {
      let size = floats(products)
      return size..<(tiles >= 4 ? 2 * size : size)
    }
  }
  var constant: Int
  var panels: [Panel]
  /// The most products of a panel.
  var depth: Int { panels.map(\.depth).max() ?? 0 }
  var floats: Int { panels.reduce(0) { $0 + $1.floats($1.depth) } }
}

extension Planner {
  /// Cuts the output's channels into panels of the `widths` at hand and says how the weights are packed for them.
  /// - Parameters:
  ///   - twos: the widths of panels that take two inputs at a time.
  ///   - pairs: the input channels that are multiplied together, in bfloat16; `nil` where each is on its own.
  ///   - offset: where the input of a product (input channel, row and column of the kernel) lies; `nil` for dense walks.
  mutating func packPanels(
    _ node: Graph.Node, group: Int, kernel: [Int], _ output: BlockedView, widths: [Int], twos: [Int],
    pairs: [ChannelPair]?, offset: (@Sendable (_ channel: Int, _ ky: Int, _ kx: Int) -> Int)?
  ) -> PackedPanels {
    let taps = kernel[0] * kernel[1]
    let (insPerGroup, outsPerGroup) = (pairs?.count ?? graph[node.inputs[1]].shape[1], output.channels.count / group)
    let firstBlock = output.channels.min()! / 16
    let last = output.channels.max()! - firstBlock * 16
    var lanes = [Int](repeating: -1, count: (last / 16 + 2) * 16 + 16)
    for (channel, physical) in output.channels.enumerated() { lanes[physical - firstBlock * 16] = channel }
    var panels: [PackedPanels.Panel] = []
    var products: [[Int]] = []  // for each panel: input channel · taps + tap
    var columns: [[Int]] = []
    var (lane, start) = (0, 0)
    var (groups, needed, offsets): ([Int], [Int], [Int32]) = ([], [], [])
    for width in panelWidths(last + 1, widths) {
      let channels = Array(lanes[lane..<lane + width])
      let own = Set(channels.filter { $0 >= 0 }.map { $0 / outsPerGroup }).sorted()
      if own != groups {
        groups = own
        needed = neededProducts(groups, insPerGroup, taps)
        offsets =
          offset.map { offset in
            needed.map { Int32(offset($0 / taps, $0 % taps / kernel[1], $0 % kernel[1])) }
          } ?? []
      }
      let panel = PackedPanels.Panel(
        width: width, block: firstBlock + lane / 16, start: start, depth: needed.count, offsets: offsets,
        isInTwos: twos.contains(width))
      panels.append(panel)
      products.append(needed)
      columns.append(channels)
      start += panel.floats(needed.count)
      lane += width
    }
    let (all, allProducts, allColumns, round) = (panels, products, columns, kernels.pairs?.round)
    let number = constant([node.inputs[1], node.inputs[2]], count: start) { values, to in
      let filter = pairs.map { roundedFilter(values[0], $0, round!) } ?? values[0].scalars
      filter.withUnsafeBufferPointer { weights in
        for (panel, (needed, channels)) in zip(all, zip(allProducts, allColumns)) {
          if panel.isInTwos {
            packTwos(weights, values[1].scalars, needed, channels, to + panel.start)
          } else {
            packPanel(weights, values[1].scalars, needed, channels, taps, insPerGroup, outsPerGroup, to + panel.start)
          }
        }
      }
    }
    return PackedPanels(constant: number, panels: panels)
  }
}

/// The widths of panels that hold so many channels in least time: a vector that is not full takes as long as a full one. Panels that end
/// within a block come last.
func panelWidths(_ channels: Int, _ widths: [Int]) -> [Int] {
  if channels <= 0 { return [] }
  let widest = widths.first { $0 % 16 == 0 }!
  if channels > 2 * widest { return [widest] + panelWidths(channels - widest, widths) }
  let choices = widths.filter { $0 % 16 == 0 || $0 >= channels }.map { [$0] + panelWidths(channels - $0, widths) }
  // Every panel reads all inputs, and a narrow one waits for them.
  return choices.min { $0.reduce(0) { $0 + max($1, 11) + 1 } < $1.reduce(0) { $0 + max($1, 11) + 1 } }!
}

/// Input channel · taps + tap of each product that outputs of `groups` need: blocks, taps, lanes, so that they are near in the
/// input.
private func neededProducts(_ groups: [Int], _ insPerGroup: Int, _ taps: Int) -> [Int] {
  let ins = groups.count * insPerGroup
  var needed: [Int] = []
  needed.reserveCapacity(ins * taps)
  for first in stride(from: 0, to: ins, by: 16) {
    for tap in 0..<taps {
      for i in first..<min(first + 16, ins) {
        needed.append((groups[i / insPerGroup] * insPerGroup + i % insPerGroup) * taps + tap)
      }
    }
  }
  return needed
}

/// Writes one panel: the biases of its channels, then for each product the weights of all channels; zero where none belongs.
private func packPanel(
  _ weights: UnsafeBufferPointer<Float>, _ biases: [Float], _ products: [Int], _ channels: [Int], _ taps: Int,
  _ insPerGroup: Int, _ outsPerGroup: Int, _ to: UnsafeMutablePointer<Float>
) {
  let width = channels.count
  let groupSize = insPerGroup * taps
  // Consecutive products of one group, as (first, end) positions.
  var runs: [Range<Int>] = []
  for k in products.indices {
    if let last = runs.last, products[last.lowerBound] / groupSize == products[k] / groupSize {
      runs[runs.count - 1] = last.lowerBound..<k + 1
    } else {
      runs.append(k..<k + 1)
    }
  }
  products.withUnsafeBufferPointer { products in
    for (lane, channel) in channels.enumerated() {
      to[lane] = channel < 0 ? 0 : biases[channel]
      let group = channel < 0 ? -1 : channel / outsPerGroup
      for run in runs {
        var p = to + (run.lowerBound + 1) * width + lane
        if products[run.lowerBound] / groupSize == group {
          let row = weights.baseAddress! + (channel - group) * groupSize
          for k in run {
            p.pointee = row[products[k]]
            p += width
          }
        } else {
          for _ in run {
            p.pointee = 0
            p += width
          }
        }
      }
    }
  }
}

/// The same of a 1×1 kernel for tiles that take two inputs at a time: both weights of a channel side by side, a zero behind its bias.
private func packTwos(
  _ weights: UnsafeBufferPointer<Float>, _ biases: [Float], _ inputs: [Int], _ channels: [Int],
  _ to: UnsafeMutablePointer<Float>
) {
  let row = 2 * channels.count
  to.update(repeating: 0, count: ((inputs.count + 1) / 2 + 1) * row)
  for (lane, channel) in channels.enumerated() where channel >= 0 {
    to[2 * lane] = biases[channel]
    for (k, input) in inputs.enumerated() {
      to[(k / 2 + 1) * row + 2 * lane + k % 2] = weights[channel * inputs.count + input]
    }
  }
}
