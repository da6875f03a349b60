import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// Convolutions of stride 1 whose window has a transform.
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
  /// Weights come from memory, once for each group.
  var isHeavy: Bool

  var tiles: Int { input.batch * tiling.tileCount }
  var groups: Int { (tiles + groupTiles - 1) / groupTiles }
  var clamp: UnaryCall? { activation.flatMap { $0.kind == .clamp ? $0 : nil } }
  var post: UnaryCall? { activation.flatMap { $0.kind == .clamp ? nil : $0 } }
  var firstBlock: Int { output.channels.min()! / 16 }
  /// Floats of scratch of a thread: two tiles, and the elements and products of a group.
  var scratch: Int {
    tiling.elementCount * (16 * 2 + groupTiles * (input.blocks.count * 16 + weights.widest))
  }
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
    let groupTiles = tilesPerGroup(
      x.batch * tiling.tileCount, tiling.elementCount * x.blocks.count, weights, isHeavy: isHeavy)
    return WinogradPlan(
      tiling: tiling, kernels: kernels, weights: weights, input: x, output: y,
      shortcut: shortcut, pads: fused.conv.window.pads, activation: fused.activation, groupTiles: groupTiles,
      isHeavy: isHeavy)
  }

  fileprivate mutating func emitWinograd(_ node: Graph.Node, _ fused: FusedConv, _ plan: WinogradPlan) {
    let (threads, kernel, outputs) = (threads, fused.conv.window.kernel, plan.tiling.outputs)
    let scratch = placePlain(floats: plan.scratch * threads)
    let facts = fused.conv.facts(graph[node.inputs[0]].shape, node.shape)
    emit(
      node.name, "winograd \(kernel[0])x\(kernel[1])" + (plan.post.map { " \($0.kind)" } ?? ""),
      multiplyAdds: plan.output.batch * plan.output.pixels * graph[node.inputs[1]].shape.elementCount,
      because: "\(facts): \(plan.tiles) tiles of \(outputs.rows)×\(outputs.columns), \(plan.groups) groups",
      touching: [plan.input, plan.output] + (plan.shortcut.map { [$0] } ?? []), scratch: [scratch]
    ) { binder in
      let command = binder.command(plan, binder.pointer(scratch), threads)
      return Command(function: WinogradCommand.run, arguments: binder.keep(command))
    }
  }

  /// About equal groups that stay in the second cache: of the tallest register tiles, or as many for each thread.
  /// - Parameters:
  ///   - vectors: what a tile becomes, each of 16 channels.
  ///   - isHeavy: weights come from memory, and are read once for more tiles than stay there.
  private func tilesPerGroup(_ tiles: Int, _ vectors: Int, _ weights: PackedWinograd, isHeavy: Bool) -> Int {
    let tallest = kernels.tileHeights[0]
    let least = isHeavy ? tuning.winogradSharingTiles : 1
    let most = max(least, max(1, tuning.winogradGroupBytes / (64 * vectors) / tallest) * tallest)
    let groups = (tiles + most - 1) / most
    if groups == 1 { return !isHeavy && sharesTiles(tiles, weights) ? (tiles + threads - 1) / threads : tiles }
    let even = (tiles + groups - 1) / groups
    let tall = (even + tallest - 1) / tallest * tallest
    if (tiles + tall - 1) / tall % threads == 0 { return tall }
    let dealt = (groups + threads - 1) / threads * threads
    return (tiles + dealt - 1) / dealt
  }

  /// Whether threads had better share the tiles of one group than its panels: these may be few or come out uneven, and each thread
  /// then transforms all tiles, which counts as 2/5 of the products of 16 channels. Where it is nearly the
  /// same, sharing panels reads the weights once.
  private func sharesTiles(_ tiles: Int, _ weights: PackedWinograd) -> Bool {
    func cost(_ tiles: Int) -> Int { cutRow(tiles, heights: kernels.tileHeights).cost(threads: 1) }
    let all = weights.panels.reduce(0) { $0 + $1.width } / 16
    let ofThread = (weights.panels.count + threads - 1) / threads * weights.widest / 16
    return (5 * all + 2) * cost((tiles + threads - 1) / threads) * 10 < (5 * ofThread + 2) * cost(tiles) * 9
  }
}

extension Binder {
  fileprivate func command(
    _ plan: WinogradPlan, _ scratch: UnsafeMutablePointer<Float>, _ threads: Int
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
      scratch: scratch, scratchStride: plan.scratch,
      splitsPanels: plan.groups < threads && weights.panels.count >= threads,
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
    return plan.weights.panels.flatMap { panel in
      var weights = packed + panel.start
      return (0..<plan.tiling.elementCount).flatMap { _ in
        plan.weights.sums.enumerated().map { i, sum in
          let size = (sum.count + 1) * panel.width
          defer { weights += size }
          let call = Panel(
            weights: weights, offsets: nil, depth: sum.count, inputOffset: sum.lowerBound / 16, next: size..<2 * size,
            isHasty: plan.isHeavy, outputOffset: panel.block, residualOffset: 0)
          let tile = plan.kernels.tiles[TileKey(panel.width, .dense16, i == 0 ? .clamp : .addClamp)]!
          return PanelCall(call, tile, panel.width, plan.kernels)
        }
      }
    }
  }
}
