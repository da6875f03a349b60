import SwiftletGraph
import SwiftletKernels

/// The packed weights of the seven products, in the order of `StrassenProducts`.
struct StrassenWeights: Sendable {
  var constant: Int
  var panels: [[PackedPanels.Panel]]
  /// The first block of each panel on the left, and the end.
  var blocks: [Int]
  /// Inputs of the halves.
  var leftDepth: Int
  var rightDepth: Int
  /// Blocks of outputs of the halves.
  var left: Int
  var right: Int

  /// Of the panels on the left.
  var widths: [Int] { panels[0].map(\.width) }

  /// Of `StrassenSums`.
  var lanes: [Float] {
    let channels = (rightDepth + 15) % 16 + 1
    return (0..<48).map { $0 < 16 || $0 >= 32 + channels ? 0 : 1 }
  }
}

extension Planner {
  /// Cuts the output's channels into panels, halves of whole blocks with zeros for what the right one lacks, and says how the sums
  /// of weights are packed for them: added in double precision, then rounded once.
  mutating func packStrassen(_ node: Graph.Node, _ set: KernelSet, ins: Int, _ y: BlockedView) -> StrassenWeights {
    let (left, leftDepth) = ((y.blocks.count + 1) / 2, (ins + 31) / 32 * 16)
    let (right, rightDepth) = (y.blocks.count - left, ins - leftDepth)
    let widths = set.widths(.dense16, .addClamp).filter { $0 % 16 == 0 }
    var start = 0
    func panels(_ depth: Int, _ blocks: Int) -> [PackedPanels.Panel] {
      var panels: [PackedPanels.Panel] = []
      var block = 0
      while block < blocks {
        let width = widths.first { $0 <= (blocks - block) * 16 }!
        panels.append(.init(width: width, block: block, start: start, depth: depth, offsets: []))
        block += width / 16
        start += (depth + 1) * width
      }
      return panels
    }
    let all = [
      panels(leftDepth, left), panels(rightDepth, left), panels(leftDepth, left), panels(leftDepth, right),
      panels(leftDepth, left), panels(rightDepth, right), panels(rightDepth, left),
    ]
    var lanes = [Int](repeating: -1, count: 2 * left * 16)
    for (channel, physical) in y.layout.enumerated() { lanes[physical] = channel }
    let (outs, count) = (lanes, start)
    let constant = constant([node.inputs[1], node.inputs[2]], count: count) { values, to in
      let packer = StrassenPacker(
        weights: values[0].scalars, biases: values[1].scalars, ins: ins, leftDepth: leftDepth, outs: outs)
      for block in 0..<left { packer.pack(block, all, to) }
    }
    return StrassenWeights(
      constant: constant, panels: all, blocks: all[0].map(\.block) + [left], leftDepth: leftDepth,
      rightDepth: rightDepth, left: left, right: right)
  }
}

/// Sums of quarters of a matrix of weights.
private struct StrassenPacker {
  var weights: [Float]
  var biases: [Float]
  var ins: Int
  var leftDepth: Int
  /// The channel of each lane of the output, −1 where there is none.
  var outs: [Int]

  /// Where the 16 channels of a block lie in the panels of a product.
  private struct Column {
    var start: UnsafeMutablePointer<Float>
    var width: Int

    /// - Parameter k: the input.
    @inline(__always) func put(_ k: Int, _ lane: Int, _ weight: Double) {
      start[(k + 1) * width + lane] = Float(weight)
    }

    /// `nil` where no panel holds the block.
    init?(_ block: Int, _ panels: [PackedPanels.Panel], _ to: UnsafeMutablePointer<Float>) {
      guard let panel = panels.last(where: { $0.block <= block }), block < panel.block + panel.width / 16 else {
        return nil
      }
      (start, width) = (to + (panel.start + (block - panel.block) * 16), panel.width)
    }
  }

  /// Writes a block of the left half's outputs and the one beside it in the right half: the biases of the channels, then for each
  /// input the weights of all channels.
  func pack(_ block: Int, _ panels: [[PackedPanels.Panel]], _ to: UnsafeMutablePointer<Float>) {
    let columns = panels.map { Column(block, $0, to) }
    let lanes = (0..<16).map { (left: outs[block * 16 + $0], right: outs[outs.count / 2 + block * 16 + $0]) }
    for (product, column) in columns.enumerated() {
      for lane in 0..<16 { column?.start[lane] = bias(product, lanes[lane].left, lanes[lane].right) }
    }
    weights.withUnsafeBufferPointer { weights in
      // Some inputs at a time, so that what is written stays in the first cache.
      for first in stride(from: 0, to: leftDepth, by: 16) {
        for lane in 0..<16 {
          let (left, right) = (Row(weights, lanes[lane].left, ins), Row(weights, lanes[lane].right, ins))
          pack(first..<first + 16, lane, left, right, columns)
        }
      }
    }
  }

  /// The weights of a channel; zeros for one that is not there, and behind the last input.
  private struct Row {
    var start: UnsafePointer<Float>
    var count: Int

    init(_ weights: UnsafeBufferPointer<Float>, _ channel: Int, _ ins: Int) {
      (start, count) = (weights.baseAddress! + max(0, channel) * ins, channel < 0 ? 0 : ins)
    }

    @inline(__always) subscript(k: Int) -> Double { k < count ? Double(start[k]) : 0 }
  }

  /// The products of Winograd's form with the quarters b₁₁ and b₁₂ (left inputs to left and right outputs), b₂₁ and b₂₂.
  @inline(__always)
  private func pack(_ inputs: Range<Int>, _ lane: Int, _ left: Row, _ right: Row, _ columns: [Column?]) {
    let (c0, c1, c2, c4, c6) = (columns[0]!, columns[1]!, columns[2]!, columns[4]!, columns[6]!)
    let (c3, c5) = (columns[3], columns[5])  // `nil` where the right half has a block less
    for k in inputs {
      let (b11, b12, b21, b22) = (left[k], right[k], left[leftDepth + k], right[leftDepth + k])
      let difference = b22 - b12
      let sum = difference + b11
      c0.put(k, lane, b11)
      c2.put(k, lane, sum)
      c3?.put(k, lane, b12 - b11)
      c4.put(k, lane, difference)
      guard leftDepth + k < ins else { continue }
      c1.put(k, lane, b21)
      c5?.put(k, lane, b22)
      c6.put(k, lane, b21 - sum)
    }
  }

  /// C₁₁ and C₂₁ have theirs of their last product, C₁₂ and C₂₂ of U₄.
  private func bias(_ product: Int, _ left: Int, _ right: Int) -> Float {
    switch product {
    case 1, 6: left < 0 ? 0 : biases[left]
    case 3: right < 0 ? 0 : biases[right]
    default: 0
    }
  }
}
