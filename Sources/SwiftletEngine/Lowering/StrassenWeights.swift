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

  /// Of `StrassenCommand`.
  var lanes: [Float] {
    let channels = (rightDepth + 15) % 16 + 1
    return (0..<48).map { $0 < 16 || $0 >= 32 + channels ? 0 : 1 }
  }
}

extension Planner {
  /// Cuts the output's channels into panels, halves of whole blocks with zeros for what the right one lacks, and says how the sums
  /// of weights are packed for them: added in double precision, then rounded once.
  mutating func packStrassen(_ node: Graph.Node, ins: Int, _ y: BlockedView) -> StrassenWeights {
    let (left, leftDepth) = ((y.blocks.count + 1) / 2, (ins + 31) / 32 * 16)
    let (right, rightDepth) = (y.blocks.count - left, ins - leftDepth)
    let widths = kernels.widths(.dense16, .addClamp).filter { $0 % 16 == 0 }
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
      for (product, panels) in all.enumerated() {
        for panel in panels { packer.pack(product, panel, to + panel.start) }
      }
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

  /// Writes one panel: the biases of its channels, then for each product the weights of all channels.
  func pack(_ product: Int, _ panel: PackedPanels.Panel, _ to: UnsafeMutablePointer<Float>) {
    weights.withUnsafeBufferPointer { weights in
      for lane in 0..<panel.width {
        let (left, right) = (outs[panel.block * 16 + lane], outs[outs.count / 2 + panel.block * 16 + lane])
        to[lane] = bias(product, left, right)
        for k in 0..<panel.depth {
          func weight(_ channel: Int, _ k: Int) -> Double {
            channel < 0 || k >= ins ? 0 : Double(weights[channel * ins + k])
          }
          let (b11, b12) = (weight(left, k), weight(right, k))
          let (b21, b22) = (weight(left, leftDepth + k), weight(right, leftDepth + k))
          let sum =
            switch product {
            case 0: b11
            case 1: b21
            case 2: b22 - b12 + b11
            case 3: b12 - b11
            case 4: b22 - b12
            case 5: b22
            default: b21 - (b22 - b12 + b11)
            }
          to[(k + 1) * panel.width + lane] = Float(sum)
        }
      }
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
