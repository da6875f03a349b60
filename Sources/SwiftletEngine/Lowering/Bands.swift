import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// A convolution whose map only a depthwise one reads, while it is near.
struct BandPlan: Sendable {
  /// The output is one band a thread.
  var tiles: TilePlan
  /// Of the depthwise convolution's output, the most at a time, and how many rows of its input those see.
  var rows: Int
  var seen: Int
  var multiplyAdds: Int
  var reason: String
}

extension Planner {
  /// Whether the value of a convolution by tiles is a large map that only a depthwise convolution reads.
  func isMadeInBands(_ id: Graph.ID, _ node: Graph.Node, _ fused: FusedConv) -> Bool {
    guard node.shape.rank == 4, node.shape[0] == 1, 2 * node.shape.elementCount >= tuning.bandBytes,
      fused.conv.group == 1, !fused.hasShortcut, !fused.hasFactors, !takesPairs(node, fused),
      graph[node.inputs[1]].shape.elementCount <= tuning.farFloats, let reader = nextReader(id),
      let next = graph[reader].op as? FusedConv, graph[reader].inputs[0] == id
    else { return false }
    return isDepthwise(graph[reader], next)
  }

  /// How the value of `id` is made in bands for a depthwise convolution with such a window; `nil` where it is there as a whole.
  mutating func planBands(_ id: Graph.ID, _ window: Window) -> BandPlan? {
    let node = graph[id]
    guard deferred.contains(id), let fused = node.op as? FusedConv else { return nil }
    let (height, width) = (node.shape[2], node.shape[3])
    let (stride, overlap) = (window.strides[0], (window.kernel[0] - 1) * window.dilations[0] + 1 - window.strides[0])
    let fitting = tuning.bandBytes / (4 * node.shape[1] * width)
    let rows = max(1, (fitting - overlap) / stride)
    let seen = min(height, max(rows * stride + overlap, 1))
    let band = placeBands(id, pixels: seen * width)
    let tiles = planTiles(node, fused, read(node, fused, nil), nil, band, nil)
    return BandPlan(
      tiles: tiles, rows: rows, seen: seen, multiplyAdds: band.pixels * graph[node.inputs[1]].shape.elementCount,
      reason: reason(node, fused, tiles.choice) + ", in bands of \(seen) rows")
  }
}

extension Binder {
  func command(_ plan: BandPlan, _ depthwise: DepthwiseCommand) -> Command {
    let (tiles, band) = (plan.tiles, plan.tiles.output)
    let cuts = (1...plan.seen).map { keep(cutRow($0 * band.width, heights: tiles.kernels.tileHeights)) }
    let command = BandCommand(
      source: self.command(tiles, pointer(constant: tiles.weights.constant), 0..<1), depthwise: depthwise,
      pixels: tiles.reading.rowStride == nil ? keep(cuts) : nil, rows: plan.rows, bands: pointer(band.region),
      stride: band.region.batchStride, plane: band.region.plane, rowStride: band.rowStride)
    return Command(function: BandCommand.run, arguments: keep(command))
  }
}
