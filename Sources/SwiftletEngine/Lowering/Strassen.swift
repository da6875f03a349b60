import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// 1×1 convolutions of many channels by Strassen's matrix product.
func lowerStrassen(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let fused = node.op as? FusedConv, p.isConstant[node.inputs[1]], p.isConstant[node.inputs[2]] else {
    return false
  }
  return p.lowerByStrassen(id, node, fused)
}

extension Planner {
  /// Lowers a 1×1 convolution, or a linear layer on tokens as one, or returns `false` where it is not worth it.
  mutating func lowerByStrassen(_ id: Graph.ID, _ node: Graph.Node, _ fused: FusedConv) -> Bool {
    guard fused.conv.group == 1, fused.conv.window.kernel == [1, 1], strassenRefusal(node, fused) == nil else {
      return false
    }
    let x = blocked(node.inputs[0])
    guard let dense = x.dense else { return false }
    let shortcut = fused.hasShortcut ? blocked(node.inputs[3]) : nil
    let y = place(id, layout: shortcut?.layout)
    emitStrassen(node, fused, x, dense, y, shortcut)
    set(id, y)
    return true
  }

  /// Why seven products of sums are not worth it for a 1×1 convolution; `nil` where they are.
  func strassenRefusal(_ node: Graph.Node, _ fused: FusedConv) -> String? {
    let (ins, g) = (graph[node.inputs[1]].shape[1], BlockedGeometry(node.shape))
    let blocks = (g.channels + 15) / 16
    if precision == .strict { return "sums are to be direct" }
    if takesPairs(node, fused) { return "bfloat16 halves the products" }
    if fused.hasFactors { return "its weights change with the image" }
    if fused.conv.window != Window(1) { return "its stride is not 1" }
    if min(ins, g.channels) < tuning.strassenChannels { return "it has fewer than \(tuning.strassenChannels) channels" }
    if blocks % 2 == 1, blocks < 9 { return "\(blocks) blocks of outputs have no halves" }
    if g.pixels < tuning.strassenPixels { return "its map has fewer than \(tuning.strassenPixels) pixels" }
    if g.pixels * min(ins, g.channels) < tuning.strassenValues {
      return "its smaller map has fewer than \(tuning.strassenValues) values"
    }
    return nil
  }

  private mutating func emitStrassen(
    _ node: Graph.Node, _ fused: FusedConv, _ x: BlockedView, _ dense: (base: Int, blockStride: Int), _ y: BlockedView,
    _ shortcut: BlockedView?
  ) {
    // The pixels of a half of the map are pairs: two threads that share pairs then share pixels as other steps do.
    let bands = y.pixels % 4 == 0 ? 2 : 1
    let pixels = y.pixels / bands
    let (half, odd) = ((pixels + 1) / 2, pixels % 2)
    let set = kernels(forPixels: half)
    let weights = packStrassen(node, set, ins: x.channels.count, y)
    let chunk = (tuning.strassenChunk + 2 * set.tileHeights.tallest - 1) / (2 * set.tileHeights.tallest)
    let pairs = min(half, chunk * set.tileHeights.tallest)
    let isDealt = threads > 1 && y.batch == 1 && half == pairs
    let (spans, deal) = cutPairs(half, set.tileHeights, isOdd: odd == 1, bands: bands, isDealt ? weights.widths : nil)
    let plane = spreadApart(pairs * 16)
    let scratchStride = (4 * weights.leftDepth / 16 + 3 * weights.left) * plane
    let scratch = placePlain(floats: scratchStride * threads)
    let isClamp = fused.activation?.kind == .clamp
    let (clamp, post) = (isClamp ? fused.activation : nil, isClamp ? nil : fused.activation)
    let callTiles = post == nil ? Int.max : max(1, tuning.activationPixels / set.tileHeights.tallest)
    let parts = tuning.parts(weights.leftDepth, whole: tuning.wholeDepth)
    let sweeps = y.batch * bands * ((spans.count - 1) / chunk + 1)
    let idleLines = weights.panels.joined().reduce(0) {
      $0 + $1.idleLines(spans: y.batch * bands * spans.whole, sweeps: sweeps, set.tileHeights)
    }
    let firstBlock = y.channels.min()! / 16
    let shortcutBlock = (shortcut?.channels.min() ?? 0) / 16
    emit(
      node.name, "strassen" + (post.map { " \($0.kind)" } ?? ""),
      multiplyAdds: y.batch * y.pixels * graph[node.inputs[1]].shape.elementCount,
      idleLines: idleLines,
      because: "\(facts(node, fused)): \(bands * half) pairs of pixels",
      touching: [x, y] + (shortcut.map { [$0] } ?? []), scratch: [scratch]
    ) { binder in
      let sums = StrassenSums(
        function: set.strassenSums, left: weights.leftDepth / 16, right: (weights.rightDepth + 15) / 16,
        lanes: binder.keep(weights.lanes), below: pixels - half, plane: plane)
      let all = DealtPart(units: 0..<bands * spans.count, panels: 0..<weights.widths.count)
      let command = StrassenCommand(
        sums: sums, last: set.strassenLast, add: set.binary[BinaryKind.add.rawValue],
        input: BlockMatrix(start: binder.pointer(x.region) + dense.base, plane: dense.blockStride),
        output: binder.matrix(y.region, firstBlock), shortcut: shortcut.map { binder.matrix($0.region, shortcutBlock) },
        products: binder.products(weights, set, parts: parts), blocks: binder.keep(weights.blocks),
        panelCount: weights.widths.count, outputLeft: weights.left, outputRight: weights.right,
        batch: y.batch, bands: bands, bandFloats: pixels * 16, spans: binder.keep(spans), shared: odd, chunk: chunk,
        dealt: deal.map { DealList(binder.keep($0.parts), all: all) }, inputBatchStride: x.region.batchStride,
        outputBatchStride: y.region.batchStride, shortcutBatchStride: shortcut?.region.batchStride ?? 0,
        scratch: binder.pointer(scratch), scratchStride: scratchStride, lower: clamp?.alpha ?? -.infinity,
        upper: clamp?.beta ?? .infinity, callTiles: callTiles, fetches: binder.keepFetches(),
        post: post.map { set.unary[$0.kind.rawValue] }, alpha: post?.alpha ?? 0, beta: post?.beta ?? 0)
      return Command(function: StrassenCommand.run, arguments: binder.keep(command))
    }
  }
}

extension Binder {
  fileprivate func matrix(_ region: Region, _ block: Int) -> BlockMatrix {
    BlockMatrix(start: pointer(region) + block * region.plane, plane: region.plane)
  }

  fileprivate func products(
    _ weights: StrassenWeights, _ set: KernelSet, parts: Int
  ) -> StrassenProducts {
    let packed = pointer(constant: weights.constant)
    func product(_ index: Int) -> StrassenProduct {
      let calls = weights.panels[index].flatMap { panel in
        let tile = set.tiles[TileKey(panel.width, .dense16, index == 0 ? .clamp : .addClamp)]!
        return panel.cut(into: parts).enumerated().map { i, part in
          let call = Panel(
            weights: packed + panel.start + part.lowerBound * panel.width, offsets: nil, depth: part.count,
            isFirstPart: i == 0, isLastPart: i == parts - 1, inputOffset: part.lowerBound / 16,
            next: panel.next(part.count, .max), outputOffset: panel.block, residualOffset: panel.block)
          return PanelCall(call, tile, panel.width, most: set.tileHeights.most(width: panel.width))
        }
      }
      return StrassenProduct(calls: keep(calls), panelCount: weights.panels[index].count, parts: parts)
    }
    return StrassenProducts(
      u1: product(0), c11: product(1), u2: product(2), u4: product(3), u3: product(4), c12: product(5),
      c21: product(6))
  }
}

extension Planner {
  /// The sums of the input, half of which another thread wrote, take about as long as the products of so many channels.
  private static let sumsChannels = 8

  /// A row of pixels, the last of which may be left out: then the last tile is one of two heights. Cut for the least time of the
  /// thread that takes longest.
  /// - Parameters:
  ///   - bands: so many rows of pixels are dealt together.
  ///   - panels: the widths of the panels that are dealt together with the pixels; `nil` where threads share pixels alone.
  private func cutPairs(
    _ pixels: Int, _ heights: TileHeights, isOdd: Bool, bands: Int, _ panels: [Int]?
  ) -> (RowCut, Deal?) {
    var cuts = [isOdd ? nil : cutRow(pixels, heights: heights), cutEvenly(pixels, heights: heights, threads: threads)]
    if isOdd {
      cuts += heights.all.filter { $0 <= pixels }.map { last in
        var cut = cutRow(pixels - last, heights: heights)
        cut.rest.append(Span(first: pixels - last, height: last))
        return cut
      }
    }
    let fitting = cuts.compactMap { $0 }.filter { cut in
      let last = cut.rest.last?.height ?? cut.height
      return !isOdd || last == 1 || heights.all.contains(last - 1)
    }
    guard let panels else { return (fitting.map { ($0, $0.cost(threads: threads)) }.min { $0.1 < $1.1 }!.0, nil) }
    let deals = fitting.flatMap { cut in
      let costs = (0..<bands).flatMap { _ in cut.costs }
      return [
        (cut, Deal.alongSpans(costs, panels, threads: threads, preparation: Self.sumsChannels)),
        (cut, Deal.alongPanels(costs, panels, threads: threads, preparation: Self.sumsChannels)),
      ]
    }
    return deals.min { $0.1.cost < $1.1.cost }!
  }
}
