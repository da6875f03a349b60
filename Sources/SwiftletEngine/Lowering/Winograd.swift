import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// 3×3 convolutions of stride 1 by Winograd's F(4×4, 3×3).
func lowerWinograd(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let fused = node.op as? FusedConv, p.isConstant[node.inputs[1]], p.isConstant[node.inputs[2]] else {
    return false
  }
  guard fused.conv.window.kernel == [3, 3],
    winogradRefusal(fused.conv, p.graph[node.inputs[0]].shape, node.shape, p.precision, p.tuning) == nil
  else { return false }
  let (tileRows, tileColumns) = ((node.shape[2] + 3) / 4, (node.shape[3] + 3) / 4)
  let x = p.compact(p.blocked(node.inputs[0]))
  let shortcut = fused.hasShortcut ? p.blocked(node.inputs[3]) : nil
  let y = p.place(id, layout: shortcut?.layout)
  p.emitWinograd(node, fused, x, y, shortcut, tileRows: tileRows, tileColumns: tileColumns)
  p.set(id, y)
  return true
}

/// Why transforms are not worth it for a 3×3 convolution; `nil` where they are.
func winogradRefusal(
  _ conv: Conv, _ input: Shape, _ output: Shape, _ precision: Precision, _ tuning: Tuning
) -> String? {
  if precision == .strict { return "sums are to be direct" }
  if conv.window != Window([3, 3], pads: conv.window.pads) { return "its stride or dilation is not 1" }
  if conv.group != 1 { return "its channels are in groups" }
  if min(input[1], output[1]) < tuning.winogradChannels {
    return "it has fewer than \(tuning.winogradChannels) channels"
  }
  if min(output[2], output[3]) < 4 { return "its map is smaller than a tile" }
  let tiles = ((output[2] + 3) / 4) * ((output[3] + 3) / 4)
  // 36 products a tile against 9 an output: partly filled tiles waste some.
  if tiles * 36 * 3 >= output[2] * output[3] * 9 * 2 { return "its map would leave tiles empty" }
  let bytes = 36 * 4 * input[1] * output[1]
  if bytes > tuning.winogradWeightBytes, tiles < tuning.winogradSharingTiles {
    return "too few tiles would share \(bytes >> 20) MiB of weights"
  }
  return nil
}

extension Planner {
  fileprivate mutating func emitWinograd(
    _ node: Graph.Node, _ fused: FusedConv, _ x: BlockedView, _ y: BlockedView, _ shortcut: BlockedView?, tileRows: Int,
    tileColumns: Int
  ) {
    let depth = x.layout.max()! + 1
    let inputBlocks = x.blocks.count
    let tiles = x.batch * tileRows * tileColumns
    let perGroup = winogradTilesPerGroup(tiles, inputBlocks)
    let groups = (tiles + perGroup - 1) / perGroup
    let weights = packWinograd(node, x, y, depth)
    let (entries, number, biasStart) = (weights.entries, weights.number, weights.biasStart)
    let widest = entries.map(\.width).max()!
    let stride = 36 * 16 * 2 + 36 * perGroup * (inputBlocks * 16 + widest)
    let scratch = placePlain(floats: stride * threads)
    var output = WinogradOutputArguments()
    output.rowStride = y.width * 16
    var post = fused.activation
    if let call = post, call.kind == .clamp {
      (output.lower, output.upper) = (call.alpha, call.beta)
      post = nil
    }
    let splitsPanels = groups < threads && entries.count >= threads
    let (spans, restSpans) = (
      cutRow(perGroup, heights: kernels.tileHeights), cutRow(max(1, tiles % perGroup), heights: kernels.tileHeights)
    )
    let (set, finalOutput, finalPost, pads) = (kernels, output, post, fused.conv.window.pads)
    let firstBlock = y.channels.min()! / 16
    let shift = shortcut.map { $0.channels.min()! / 16 - firstBlock } ?? 0
    emit(
      node.name, "winograd" + (post.map { " \($0.kind)" } ?? ""),
      multiplyAdds: y.batch * y.pixels * graph[node.inputs[1]].shape.elementCount,
      because: "\(fused.conv.facts(graph[node.inputs[0]].shape, node.shape)): \(tiles) tiles, \(groups) groups",
      touching: [x, y] + (shortcut.map { [$0] } ?? []), scratch: [scratch]
    ) { binder in
      func group(_ count: Int, _ spans: RowCut) -> WinogradGroup {
        var arguments = TileArguments()
        (arguments.inputBlockStride, arguments.outputBlockStride) = (count * 16, count * 16)
        return WinogradGroup(arguments: arguments, tiles: count, spans: binder.keep(spans))
      }
      let packed = binder.pointer(constant: number)
      var calls: [PanelCall] = []
      for entry in entries {
        for element in 0..<36 {
          let size = (depth + 1) * entry.width
          let panel = Panel(
            weights: packed + entry.start + element * size, offsets: nil, depth: depth, next: size..<2 * size,
            outputOffset: entry.block, residualOffset: 0)
          calls.append(
            PanelCall(panel: panel, tile: set.tiles[TileKey(entry.width, .dense16, .clamp)]!, width: entry.width))
        }
      }
      let target = binder.pointer(y.region) + firstBlock * y.region.plane
      let add = shortcut.map { UnsafePointer(binder.pointer($0.region) + (firstBlock + shift) * $0.region.plane) }
      let command = WinogradCommand(
        inputTransform: set.winogradInput, outputTransform: set.winogradOutput, output: finalOutput,
        input: binder.list(x), target: target, shortcut: add, panels: binder.keep(calls), panelCount: entries.count,
        biases: packed + biasStart, full: group(perGroup, spans), rest: group(max(1, tiles % perGroup), restSpans),
        batch: x.batch, tileRows: tileRows, tileColumns: tileColumns, height: y.height, width: y.width,
        inputHeight: x.height, inputWidth: x.width, top: pads.top, left: pads.left, inputBlocks: inputBlocks,
        outputBatchStride: y.region.batchStride, outputPlane: y.region.plane,
        shortcutBatchStride: shortcut?.region.batchStride ?? 0, shortcutPlane: shortcut?.region.plane ?? 0,
        scratch: binder.pointer(scratch), scratchStride: stride, splitsPanels: splitsPanels,
        post: finalPost.map { set.unary[$0.kind.rawValue] }, alpha: finalPost?.alpha ?? 0, beta: finalPost?.beta ?? 0)
      return Command(function: WinogradCommand.run, arguments: binder.keep(command))
    }
  }

  /// About equal groups that stay in the second cache: of the tallest register tiles, or as many for each thread.
  private func winogradTilesPerGroup(_ tiles: Int, _ inputBlocks: Int) -> Int {
    let tallest = kernels.tileHeights[0]
    let most = max(1, tuning.winogradGroupBytes / (36 * 64 * inputBlocks) / tallest) * tallest
    let groups = (tiles + most - 1) / most
    if groups == 1 { return tiles }
    let even = (tiles + groups - 1) / groups
    let tall = (even + tallest - 1) / tallest * tallest
    if (tiles + tall - 1) / tall % threads == 0 { return tall }
    let dealt = (groups + threads - 1) / threads * threads
    return (tiles + dealt - 1) / dealt
  }

  /// For each panel of output channels and each of the 36 elements a row of zeros and the transformed weights; then all biases.
  /// `block` counts from the output's first.
  private mutating func packWinograd(
    _ node: Graph.Node, _ x: BlockedView, _ y: BlockedView, _ depth: Int
  ) -> (entries: [(width: Int, block: Int, start: Int)], number: Int, biasStart: Int) {
    var lanes = [Int](repeating: -1, count: (y.layout.max()! / 16 + 1) * 16)
    for (channel, physical) in y.layout.enumerated() { lanes[physical] = channel }
    var entries: [(width: Int, block: Int, start: Int)] = []
    let widths = kernels.widths(.dense16, .clamp)
    var (lane, start) = (0, 0)
    while lane < lanes.count {
      let width = widths.first { $0 % 16 == 0 && $0 <= lanes.count - lane }!
      entries.append((width, lane / 16, start))
      start += 36 * (depth + 1) * width
      lane += width
    }
    let (outs, ins, positions, panels) = (lanes, graph[node.inputs[1]].shape[1], x.layout, entries)
    let biasStart = start
    let number = constant([node.inputs[1], node.inputs[2]], count: start + lanes.count) { values, to in
      to.update(repeating: 0, count: biasStart + outs.count)
      for (lane, channel) in outs.enumerated() where channel >= 0 { to[biasStart + lane] = values[1].scalars[channel] }
      values[0].scalars.withUnsafeBufferPointer { weights in
        for panel in panels {
          for lane in 0..<panel.width {
            let channel = outs[panel.block * 16 + lane]
            guard channel >= 0 else { continue }
            for i in 0..<ins {
              let u = transformedWeight(weights.baseAddress! + (channel * ins + i) * 9)
              var p = to + panel.start + (positions[i] + 1) * panel.width + lane
              for element in 0..<36 {
                p.pointee = u[element]
                p += (depth + 1) * panel.width
              }
            }
          }
        }
      }
    }
    return (entries, number, biasStart)
  }
}

/// G g Gᵀ in double precision: the 36 elements of one 3×3 filter.
private func transformedWeight(_ g: UnsafePointer<Float>) -> InlineArray<36, Float> {
  let half = 0.5.squareRoot()
  let root = 2.0.squareRoot()
  func pass(_ a: Double, _ b: Double, _ c: Double) -> (Double, Double, Double, Double, Double, Double) {
    let (even, odd) = (a + 0.5 * c, half * b)
    let (wideEven, wideOdd) = (a + 2 * c, root * b)
    return (
      a, -(even + odd) / 1.5, -(even - odd) / 1.5, (wideEven + wideOdd) / 6, (wideEven - wideOdd) / 6, c
    )
  }
  var u = InlineArray<36, Float>(repeating: 0)
  let c0 = pass(Double(g[0]), Double(g[3]), Double(g[6]))
  let c1 = pass(Double(g[1]), Double(g[4]), Double(g[7]))
  let c2 = pass(Double(g[2]), Double(g[5]), Double(g[8]))
  let rows = [
    pass(c0.0, c1.0, c2.0), pass(c0.1, c1.1, c2.1), pass(c0.2, c1.2, c2.2), pass(c0.3, c1.3, c2.3),
    pass(c0.4, c1.4, c2.4), pass(c0.5, c1.5, c2.5),
  ]
  for (i, r) in rows.enumerated() {
    u[6 * i] = Float(r.0)
    u[6 * i + 1] = Float(r.1)
    u[6 * i + 2] = Float(r.2)
    u[6 * i + 3] = Float(r.3)
    u[6 * i + 4] = Float(r.4)
    u[6 * i + 5] = Float(r.5)
  }
  return u
}
