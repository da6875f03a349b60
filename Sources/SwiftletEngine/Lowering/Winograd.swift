import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// Convolutions whose window has a transform.
func lowerWinograd(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let fused = node.op as? FusedConv, p.isConstant[node.inputs[1]], p.isConstant[node.inputs[2]],
    let tiling = p.winogradTiling(node, fused)
  else { return false }
  let x = p.compact(p.blocked(node.inputs[0]))
  let shortcut = fused.hasShortcut ? p.blocked(node.inputs[3]) : nil
  let border = shortcut == nil ? p.border(around: id) : nil
  let y = border.map { p.place(id, within: $0) } ?? p.place(id, layout: shortcut?.layout)
  p.emitWinograd(node, fused, p.planWinograd(node, fused, tiling, x, y, shortcut))
  p.set(id, y)
  return true
}

/// A convolution by transforms: what is known before memory is laid out.
private struct WinogradPlan: Sendable {
  var tiling: WinogradTiling
  var kernels: KernelSet
  var weights: PackedWinograd
  var input: BlockedView
  var output: BlockedView
  var shortcut: BlockedView?
  var pads: Pads
  var activation: UnaryCall?
  /// Tiles that go through the transforms together: all groups but perhaps the last have as many.
  var groupTiles: Int
  /// Threads transform all input together, then share panels; otherwise groups.
  var splitsPanels: Bool

  var tiles: Int { input.batch * tiling.tileCount }
  var groups: Int { (tiles + groupTiles - 1) / groupTiles }
  var clamp: UnaryCall? { activation.flatMap { $0.kind == .clamp ? $0 : nil } }
  var post: UnaryCall? { activation.flatMap { $0.kind == .clamp ? nil : $0 } }
  var firstBlock: Int { output.channels.min()! / 16 }
  /// Floats of the elements of a group.
  var elements: Int { tiling.elementCount * spreadApart(groupTiles * input.blocks.count * 16) }
  /// Floats of scratch of a thread: a tile, and the products of a group.
  var scratch: Int { tiling.elementCount * (16 + spreadApart(groupTiles * weights.widest)) }
}

extension Planner {
  func winogradTilings(_ node: Graph.Node, _ fused: FusedConv) -> [WinogradTiling] {
    WinogradTiling.all(kernels, fused.conv.window, node.shape)
  }

  /// The one that is worth it; `nil` where none is.
  func winogradTiling(_ node: Graph.Node, _ fused: FusedConv) -> WinogradTiling? {
    winogradTilings(node, fused).first { winogradRefusal(node, fused, $0) == nil }
  }

  /// Why transforms are not worth it; `nil` where they are.
  func winogradRefusal(_ node: Graph.Node, _ fused: FusedConv, _ tiling: WinogradTiling) -> String? {
    if takesPairs(node, fused), tiling.productsSaved < 2.5 { return "bfloat16 halves the products" }
    return tiling.refusal(fused.conv, graph[node.inputs[0]].shape, node.shape, precision, tuning)
  }

  fileprivate mutating func planWinograd(
    _ node: Graph.Node, _ fused: FusedConv, _ tiling: WinogradTiling, _ x: BlockedView, _ y: BlockedView,
    _ shortcut: BlockedView?
  ) -> WinogradPlan {
    let isHeavy = tiling.weightBytes(graph[node.inputs[1]].shape) > tuning.winogradWeightBytes
    let weights = packWinograd(node, tiling, x, y)
    let grouping = winogradGrouping(x.batch * tiling.tileCount, tiling.elementCount, x, weights, isHeavy: isHeavy)
    return WinogradPlan(
      tiling: tiling, kernels: uncrossedKernels, weights: weights, input: x, output: y,
      shortcut: shortcut, pads: fused.conv.window.pads, activation: fused.activation, groupTiles: grouping.tiles,
      splitsPanels: grouping.splitsPanels)
  }

  fileprivate mutating func emitWinograd(_ node: Graph.Node, _ fused: FusedConv, _ plan: WinogradPlan) {
    let (kernel, outputs) = (fused.conv.window.kernel, plan.tiling.outputs)
    let scratch = placePlain(floats: (plan.scratch + (plan.splitsPanels ? 0 : plan.elements)) * threads)
    let facts = fused.conv.facts(graph[node.inputs[0]].shape, node.shape)
    let elements = plan.splitsPanels ? placePlain(floats: plan.groups * plan.elements) : nil
    if let elements {
      let reason = "\(facts): for threads that share panels"
      emit("", "winograd transform", because: reason, touching: [plan.input, elements], scratch: [scratch]) { binder in
        let command = binder.command(plan, binder.pointer(scratch), binder.pointer(elements))
        return Command(function: WinogradCommand.transform, arguments: binder.keep(command))
      }
    }
    let others: [(any Place)?] = [plan.shortcut, elements]
    emit(
      node.name, "winograd \(kernel[0])x\(kernel[1])" + (plan.post.map { " \($0.kind)" } ?? ""),
      multiplyAdds: plan.output.batch * plan.output.pixels * graph[node.inputs[1]].shape.elementCount,
      because: "\(facts): \(plan.tiles) tiles of \(outputs.rows)×\(outputs.columns), \(plan.groups) groups"
        + (plan.splitsPanels ? ", threads share panels" : ""),
      touching: [plan.input, plan.output] + others.compactMap { $0 }, scratch: [scratch]
    ) { binder in
      let command = binder.command(plan, binder.pointer(scratch), elements.map { binder.pointer($0) })
      return Command(function: WinogradCommand.run, arguments: binder.keep(command))
    }
  }

  /// About equal groups that stay in the second cache, of the tallest register tiles or as many for each thread; or panels for each
  /// thread. Whatever takes least time.
  /// - Parameter isHeavy: weights come from memory, and are read once for more tiles than stay in the cache.
  private func winogradGrouping(
    _ tiles: Int, _ elements: Int, _ x: BlockedView, _ weights: PackedWinograd, isHeavy: Bool
  ) -> (tiles: Int, splitsPanels: Bool) {
    let tallest = uncrossedKernels.tileHeights.tallest
    let near = max(1, tuning.winogradGroupBytes / (64 * elements * x.blocks.count) / tallest) * tallest
    let most = max(isHeavy ? tuning.winogradSharingTiles : 1, near)
    func even(times divisor: Int) -> Int {
      let groups = (tiles + most - 1) / most
      let dealt = (groups + divisor - 1) / divisor * divisor
      return (tiles + dealt - 1) / dealt
    }
    let tall = most < tiles ? (even(times: 1) + tallest - 1) / tallest * tallest : tiles
    if threads == 1 { return (tall, false) }

    let widths = weights.panels.map(\.width)
    // In products of a vector of inputs and a block of outputs for each element. Weights that are read first cost as much as a tile of
    // three pixels, transforms of inputs as much as products with another block or two, and so do elements that other threads made.
    let transform = 1.8
    func productCost(_ tiles: Int, _ panels: Range<Int>) -> Double {
      let outputs = Double(widths[panels].reduce(0, +) / 16)
      let products = Double(cutRow(tiles, heights: uncrossedKernels.tileHeights).cost(threads: 1) + 6) * outputs
      return products + Double(tiles) * outputs / Double(x.blocks.count)
    }
    func cost(_ size: Int, splitsPanels: Bool) -> Double {
      let sizes = Array(repeating: size, count: tiles / size) + (tiles % size > 0 ? [tiles % size] : [])
      return (0..<threads).map { thread in
        if splitsPanels {
          return share(widths.count * sizes.count, thread, threads).reduce(transform * Double(tiles)) {
            let (panel, group) = $1.quotientAndRemainder(dividingBy: sizes.count)
            return $0 + productCost(sizes[group], panel..<panel + 1)
          }
        }
        return sizes[share(sizes.count, thread, threads)].reduce(0) {
          $0 + transform * Double($1) + productCost($1, widths.indices)
        }
      }.max()!
    }
    // Where threads share panels, all read the elements of all groups: those of more than four would not stay in their second caches.
    let ways = (tiles <= 4 * near ? [(tall, true)] : []) + [(tall, false), (even(times: threads), false)]
    return ways.map { ($0, cost($0.0, splitsPanels: $0.1)) }.min { $0.1 < $1.1 }!.0
  }
}

extension Binder {
  fileprivate func command(
    _ plan: WinogradPlan, _ scratch: UnsafeMutablePointer<Float>, _ elements: UnsafeMutablePointer<Float>?
  ) -> WinogradCommand {
    let (tiling, weights, x, y) = (plan.tiling, plan.weights, plan.input, plan.output)
    let (first, shortcut) = (plan.firstBlock, plan.shortcut)
    var output = WinogradOutputArguments()
    output.rowStride = tiling.isTransposed ? 16 : y.rowStride
    if let clamp = plan.clamp { (output.lower, output.upper) = (clamp.alpha, clamp.beta) }
    let added = shortcut.map { $0.channels.min()! / 16 }
    return WinogradCommand(
      inputTransform: tiling.kernel.input, outputTransform: tiling.kernel.output, output: output,
      map: WinogradMap(tiling, x, y, plan.pads), input: list(x),
      target: pointer(y.region) + (first * y.region.plane + y.origin),
      shortcut: shortcut.map { UnsafePointer(pointer($0.region) + added! * $0.region.plane) },
      panels: keep(calls(plan)), panelCount: weights.panels.count, sums: weights.sums.count,
      biases: pointer(constant: weights.constant) + weights.biasStart, full: group(plan, plan.groupTiles),
      rest: group(plan, max(1, plan.tiles % plan.groupTiles)), batch: x.batch, inputBlocks: x.blocks.count,
      outputBatchStride: y.region.batchStride, outputPlane: y.region.plane,
      shortcutBatchStride: shortcut?.region.batchStride ?? 0, shortcutPlane: shortcut?.region.plane ?? 0,
      scratch: scratch, scratchStride: plan.scratch + (elements == nil ? plan.elements : 0), elements: elements,
      post: plan.post.map { plan.kernels.unary[$0.kind.rawValue] }, alpha: plan.post?.alpha ?? 0,
      beta: plan.post?.beta ?? 0)
  }

  private func group(_ plan: WinogradPlan, _ tiles: Int) -> WinogradGroup {
    var arguments = TileArguments()
    (arguments.inputBlockStride, arguments.outputBlockStride) = (tiles * 16, tiles * 16)
    arguments.residualBlockStride = tiles * 16
    return WinogradGroup(
      arguments: arguments, tiles: tiles, spans: keep(cutRow(tiles, heights: plan.kernels.tileHeights)))
  }

  /// For each panel of output channels, element and sum a panel of weights.
  private func calls(_ plan: WinogradPlan) -> [PanelCall] {
    let packed = pointer(constant: plan.weights.constant)
    let heights = cutRow(plan.groupTiles, heights: plan.kernels.tileHeights).tiles
    return plan.weights.panels.flatMap { panel in
      var weights = packed + panel.start
      return (0..<plan.tiling.elementCount).flatMap { _ in
        plan.weights.sums.enumerated().map { i, sum in
          let size = (sum.count + 1) * panel.width
          defer { weights += size }
          var call = Panel(
            weights: weights, offsets: nil, depth: sum.count, inputOffset: sum.lowerBound / 16, next: size..<2 * size,
            outputOffset: panel.block, residualOffset: 0)
          call.isHasty = heights.reduce(0) { $0 + call.fetchedFloats(height: $1, width: panel.width) } < size
          let tile = plan.kernels.tiles[TileKey(panel.width, .dense16, i == 0 ? .clamp : .addClamp)]!
          return PanelCall(call, tile, panel.width, most: plan.kernels.tileHeights.most(width: panel.width))
        }
      }
    }
  }
}
