import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// Convolutions of stride 1 whose window has a transform.
func lowerWinograd(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let fused = node.op as? FusedConv, p.isConstant[node.inputs[1]], p.isConstant[node.inputs[2]],
    let tiling = WinogradTiling(p.kernels, fused.conv.window, node.shape),
    p.winogradRefusal(node, fused, tiling) == nil
  else { return false }
  let x = p.compact(p.blocked(node.inputs[0]))
  let shortcut = fused.hasShortcut ? p.blocked(node.inputs[3]) : nil
  let y = p.place(id, layout: shortcut?.layout)
  p.emitWinograd(node, fused, tiling, x, y, shortcut)
  p.set(id, y)
  return true
}

extension Planner {
  /// Why transforms are not worth it; `nil` where they are.
  func winogradRefusal(_ node: Graph.Node, _ fused: FusedConv, _ tiling: WinogradTiling) -> String? {
    if takesPairs(node, fused), tiling.productsSaved < 2.5 { return "bfloat16 halves the products" }
    return tiling.refusal(fused.conv, graph[node.inputs[0]].shape, node.shape, precision, tuning)
  }

  fileprivate mutating func emitWinograd(
    _ node: Graph.Node, _ fused: FusedConv, _ tiling: WinogradTiling, _ x: BlockedView, _ y: BlockedView,
    _ shortcut: BlockedView?
  ) {
    let depth = x.layout.max()! + 1
    let elements = tiling.elementCount
    let sums = tiling.sums(depth)
    let inputBlocks = x.blocks.count
    let tiles = x.batch * tiling.tileCount
    let perGroup = winogradTilesPerGroup(tiles, elements * inputBlocks)
    let groups = (tiles + perGroup - 1) / perGroup
    let weights = packWinograd(node, tiling, x, y, depth)
    let (entries, number, biasStart) = (weights.entries, weights.number, weights.biasStart)
    let widest = entries.map(\.width).max()!
    let stride = elements * 16 * 2 + elements * perGroup * (inputBlocks * 16 + widest)
    let scratch = placePlain(floats: stride * threads)
    var output = WinogradOutputArguments()
    output.rowStride = tiling.isTransposed ? 16 : y.width * 16
    var post = fused.activation
    if let call = post, call.kind == .clamp {
      (output.lower, output.upper) = (call.alpha, call.beta)
      post = nil
    }
    let splitsPanels = groups < threads && entries.count >= threads
    let (spans, restSpans) = (
      cutRow(perGroup, heights: kernels.tileHeights), cutRow(max(1, tiles % perGroup), heights: kernels.tileHeights)
    )
    let (set, finalOutput, finalPost) = (kernels, output, post)
    let window = fused.conv.window
    let firstBlock = y.channels.min()! / 16
    let shift = shortcut.map { $0.channels.min()! / 16 - firstBlock } ?? 0
    emit(
      node.name, "winograd \(window.kernel[0])x\(window.kernel[1])" + (post.map { " \($0.kind)" } ?? ""),
      multiplyAdds: y.batch * y.pixels * graph[node.inputs[1]].shape.elementCount,
      because: "\(fused.conv.facts(graph[node.inputs[0]].shape, node.shape)): \(tiles) tiles, \(groups) groups",
      touching: [x, y] + (shortcut.map { [$0] } ?? []), scratch: [scratch]
    ) { binder in
      func group(_ count: Int, _ spans: RowCut) -> WinogradGroup {
        var arguments = TileArguments()
        (arguments.inputBlockStride, arguments.outputBlockStride) = (count * 16, count * 16)
        arguments.residualBlockStride = count * 16
        return WinogradGroup(arguments: arguments, tiles: count, spans: binder.keep(spans))
      }
      let packed = binder.pointer(constant: number)
      let calls = entries.flatMap { entry in
        var weights = packed + entry.start
        return (0..<elements).flatMap { _ in
          sums.enumerated().map { i, sum in
            let size = (sum.count + 1) * entry.width
            defer { weights += size }
            let panel = Panel(
              weights: weights, offsets: nil, depth: sum.count, inputOffset: sum.lowerBound / 16, next: size..<2 * size,
              outputOffset: entry.block, residualOffset: 0)
            let tile = set.tiles[TileKey(entry.width, .dense16, i == 0 ? .clamp : .addClamp)]!
            return PanelCall(panel, tile, entry.width, set)
          }
        }
      }
      let target = binder.pointer(y.region) + firstBlock * y.region.plane
      let add = shortcut.map { UnsafePointer(binder.pointer($0.region) + (firstBlock + shift) * $0.region.plane) }
      let command = WinogradCommand(
        inputTransform: tiling.kernel.input, outputTransform: tiling.kernel.output, output: finalOutput,
        map: WinogradMap(tiling, x, y, window.pads), input: binder.list(x), target: target, shortcut: add,
        panels: binder.keep(calls), panelCount: entries.count, sums: sums.count,
        biases: packed + biasStart,
        full: group(perGroup, spans), rest: group(max(1, tiles % perGroup), restSpans), batch: x.batch,
        inputBlocks: inputBlocks, outputBatchStride: y.region.batchStride, outputPlane: y.region.plane,
        shortcutBatchStride: shortcut?.region.batchStride ?? 0, shortcutPlane: shortcut?.region.plane ?? 0,
        scratch: binder.pointer(scratch), scratchStride: stride, splitsPanels: splitsPanels,
        post: finalPost.map { set.unary[$0.kind.rawValue] }, alpha: finalPost?.alpha ?? 0, beta: finalPost?.beta ?? 0)
      return Command(function: WinogradCommand.run, arguments: binder.keep(command))
    }
  }

  /// About equal groups that stay in the second cache: of the tallest register tiles, or as many for each thread.
  /// - Parameter vectors: what a tile becomes, each of 16 channels.
  private func winogradTilesPerGroup(_ tiles: Int, _ vectors: Int) -> Int {
    let tallest = kernels.tileHeights[0]
    let most = max(1, tuning.winogradGroupBytes / (64 * vectors) / tallest) * tallest
    let groups = (tiles + most - 1) / most
    if groups == 1 { return tiles }
    let even = (tiles + groups - 1) / groups
    let tall = (even + tallest - 1) / tallest * tallest
    if (tiles + tall - 1) / tall % threads == 0 { return tall }
    let dealt = (groups + threads - 1) / threads * threads
    return (tiles + dealt - 1) / dealt
  }

  /// For each panel of output channels, element and sum a row of zeros and the transformed weights; then all biases.
  /// `block` counts from the output's first.
  private mutating func packWinograd(
    _ node: Graph.Node, _ tiling: WinogradTiling, _ x: BlockedView, _ y: BlockedView, _ depth: Int
  ) -> (entries: [(width: Int, block: Int, start: Int)], number: Int, biasStart: Int) {
    var lanes = [Int](repeating: -1, count: (y.layout.max()! / 16 + 1) * 16)
    for (channel, physical) in y.layout.enumerated() { lanes[physical] = channel }
    var entries: [(width: Int, block: Int, start: Int)] = []
    let widths = kernels.widths(.dense16, .clamp)
    let sums = tiling.sums(depth)
    let rows = depth + sums.count
    var (lane, start) = (0, 0)
    while lane < lanes.count {
      let width = widths.first { $0 % 16 == 0 && $0 <= lanes.count - lane }!
      entries.append((width, lane / 16, start))
      start += tiling.elementCount * rows * width
      lane += width
    }
    let (outs, filter, positions, panels) = (lanes, graph[node.inputs[1]].shape, x.layout, entries)
    let biasStart = start
    let number = constant([node.inputs[1], node.inputs[2]], count: start + lanes.count) { values, to in
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
    return (entries, number, biasStart)
  }
}
