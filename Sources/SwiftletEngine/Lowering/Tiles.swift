import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// Which tiles a convolution uses, and what is left to do on their results.
struct TileChoice: Sendable {
  var walk: WalkKind
  var epilogue: EpilogueKind
  var arguments = TileArguments()
  var post: UnaryCall?

  init(_ kernels: KernelSet, _ fused: FusedConv, _ reading: Reading) {
    let gather: [Int: WalkKind] = [16: .gather16, 32: .gather32, 2: .gather2, 4: .gather4]
    let isDense = reading.dense != nil && reading.pixelStep == 16 && fused.conv.group == 1
    let preferred = isDense ? .dense16 : gather[reading.pixelStep] ?? .gatherAny
    epilogue = fused.hasShortcut ? .addClamp : .clamp
    // Not every walk is made for shortcuts; the one that takes any step is.
    walk = kernels.tiles[TileKey(16, preferred, epilogue)] == nil ? .gatherAny : preferred
    arguments.pixelStep = reading.pixelStep
    guard let call = fused.activation else { return }
    if call.kind == .clamp {
      (arguments.lower, arguments.upper) = (call.alpha, call.beta)
    } else if call.kind == .hardSwish, !kernels.widths(walk, .hardSwish).isEmpty, !fused.hasShortcut {
      epilogue = .hardSwish
    } else {
      post = call
    }
  }

  var isDense: Bool { walk == .dense16 }
  var name: String { "tile \(walk) \(epilogue)" + (post.map { " \($0.kind)" } ?? "") }
}

/// A convolution as tiles of pixels × channels: what is known before memory is laid out.
struct TilePlan: Sendable {
  var choice: TileChoice
  var kernels: KernelSet
  var weights: PackedPanels
  var reading: Reading
  var output: BlockedView
  var shortcut: BlockedView?
  var spans: RowCut
  /// Parts into which panels are cut.
  var parts: Int
  /// Tiles that pass all panels before the next ones are begun.
  var chunk: Int
  /// Panels stay in the second cache until the next tiles.
  var staysNear: Bool
  /// The most tiles of one call.
  var callTiles: Int
  var splitsPanels: Bool

  var rows: Int { reading.rowStride == nil ? 1 : output.height }
  var dense: (base: Int, blockStride: Int)? { choice.isDense ? reading.dense : nil }

  /// Lines that tiles can fetch for later steps; those that read a padded image fetch more of it.
  var idleLines: Int {
    if reading.image != nil { return 0 }
    let whole = output.batch * rows * spans.whole
    let sweeps = staysNear ? 1 : (whole - 1) / chunk + 1
    return weights.panels.reduce(0) { $0 + $1.idleLines(spans: whole, sweeps: sweeps, kernels.tileHeights) }
  }

  var arguments: TileArguments {
    var arguments = choice.arguments
    arguments.inputBlockStride = dense?.blockStride ?? 0
    arguments.outputBlockStride = output.region.plane
    arguments.residualBlockStride = shortcut?.region.plane ?? 0
    return arguments
  }
}

extension Planner {
  /// - Parameter pairs: the channels that are multiplied together, in bfloat16; `nil` for floats.
  mutating func emitTiles(
    _ node: Graph.Node, _ fused: FusedConv, _ reading: Reading, _ pairs: [ChannelPair]?, _ output: BlockedView,
    _ shortcut: BlockedView?
  ) {
    let plan = planTiles(node, fused, reading, pairs, output, shortcut)
    // Weights that change with the image take one image at a time; pairs were scaled instead.
    let factors = fused.hasFactors && pairs == nil ? node.inputs.last! : nil
    let runs = factors == nil ? [0..<output.batch] : (0..<output.batch).map { $0..<$0 + 1 }
    for images in runs {
      let scaled = factors.map { emitScaledWeights(plan.weights, factors: $0, image: images.lowerBound) }
      let others: [(any Place)?] = [shortcut, scaled]
      emit(
        node.name, (pairs == nil ? "" : "bfloat16 ") + plan.choice.name,
        multiplyAdds: images.count * output.pixels * graph[node.inputs[1]].shape.elementCount,
        idleLines: plan.idleLines / runs.count, because: reason(node, fused, plan.choice), isBFloat16: pairs != nil,
        touching: [reading.place, output] + others.compactMap { $0 }, scratch: reading.scratch
      ) { binder in
        let weights = scaled.map { binder.pointer($0) } ?? binder.pointer(constant: plan.weights.constant)
        let command = binder.command(plan, weights, images)
        return Command(function: ConvolutionCommand.run, arguments: binder.keep(command))
      }
    }
  }

  mutating func planTiles(
    _ node: Graph.Node, _ fused: FusedConv, _ reading: Reading, _ pairs: [ChannelPair]?, _ output: BlockedView,
    _ shortcut: BlockedView?
  ) -> TilePlan {
    let kernels = pairs == nil ? kernels(forPixels: output.batch * output.pixels) : kernels.ofPairs!
    let choice = TileChoice(kernels, fused, reading)
    let twos = kernels.twos?.widths(choice.walk, choice.epilogue) ?? []
    let widths = Set(kernels.widths(choice.walk, choice.epilogue) + twos).sorted(by: >)
    let weights = packPanels(
      node, group: fused.conv.group, kernel: fused.conv.window.kernel, output, widths: widths, twos: twos, pairs: pairs,
      offset: choice.isDense ? nil : reading.offset)
    let taps = fused.conv.window.kernel[0] * fused.conv.window.kernel[1]
    let whole =
      taps == 1 ? tuning.wholeDepth : reading.slides ? tuning.wholeSlidingDepth : tuning.wholeWindowDepth
    let parts = tuning.parts(weights.depth, whole: whole)
    let pixels = reading.rowStride == nil ? output.pixels : output.width
    return TilePlan(
      choice: choice, kernels: kernels, weights: weights, reading: reading, output: output, shortcut: shortcut,
      spans: cutRow(pixels, heights: kernels.tileHeights), parts: parts,
      chunk: tilesAtATime(weights.depth / taps * reading.pixels, output),
      staysNear: weights.floats <= tuning.farFloats,
      callTiles: choice.post == nil ? Int.max : max(1, tuning.activationPixels / kernels.tileHeights.tallest),
      splitsPanels: !followsPixels(output) && weights.panels.count >= threads)
  }

  /// The weights of a 1×1 convolution, each times the factor of the channel it meets in one image.
  private mutating func emitScaledWeights(_ weights: PackedPanels, factors id: Graph.ID, image: Int) -> Region {
    let factors = blocked(id)
    // One more beside the last one of an odd number, for weights of zero.
    let positions = (factors.channels + [factors.channels.last!]).map {
      Int32($0 / 16 * factors.region.plane + $0 % 16)
    }
    let kernels = kernels
    let panels = weights.panels.map { panel in
      ScaledWeightsCommand.Panel(
        function: panel.isInTwos ? kernels.twos!.scaleRows : kernels.scaleRows, start: panel.start,
        width: panel.rowFloats, rows: panel.rows(panel.depth))
    }
    let scaled = placePlain(floats: weights.floats)
    emit("", "scale weights", touching: [factors, scaled]) { binder in
      let command = ScaledWeightsCommand(
        input: binder.pointer(constant: weights.constant), output: binder.pointer(scaled),
        factors: binder.pointer(factors.region) + image * factors.region.batchStride, positions: binder.keep(positions),
        panels: binder.keep(panels),
        count: panels.count)
      return Command(function: ScaledWeightsCommand.run, arguments: binder.keep(command))
    }
    return scaled
  }

  /// How many tiles pass all panels before the next ones are begun: their part of the input, which has so many floats, stays in the
  /// second cache. Maps of few pixels keep the panel instead.
  private func tilesAtATime(_ inputs: Int, _ output: BlockedView) -> Int {
    if output.channels.count > output.pixels { return Int.max }
    return max(4, min(64, tuning.nearFloats * output.pixels / (inputs * kernels.tileHeights.tallest)))
  }
}

extension Binder {
  /// The tiles of some images.
  func command(
    _ plan: TilePlan, _ weights: UnsafePointer<Float>, _ images: Range<Int>
  ) -> ConvolutionCommand {
    let (input, output, shortcut, post) = (plan.reading, plan.output.region, plan.shortcut?.region, plan.choice.post)
    let inputStart = (plan.dense?.base ?? 0) + images.lowerBound * input.batchStride()
    return ConvolutionCommand(
      arguments: plan.arguments, input: pointer(input.region) + inputStart,
      image: input.image.map { keep($0, of: input.region, from: images.lowerBound) },
      output: pointer(output) + (images.lowerBound * output.batchStride + plan.output.origin),
      shortcut: shortcut.map { UnsafePointer(pointer($0) + images.lowerBound * $0.batchStride) },
      panels: keep(calls(plan, weights)), panelCount: plan.weights.panels.count, parts: plan.parts,
      spans: keep(plan.spans), batch: images.count, rows: plan.rows, inputBatchStride: input.batchStride(),
      inputRowStride: input.rowStride ?? 0, outputBatchStride: output.batchStride,
      outputRowStride: plan.output.rowStride, shortcutBatchStride: shortcut?.batchStride ?? 0, chunk: plan.chunk,
      staysNear: plan.staysNear, callTiles: plan.callTiles, splitsPanels: plan.splitsPanels, fetches: keepFetches(),
      post: post.map { plan.kernels.unary[$0.kind.rawValue] }, alpha: post?.alpha ?? 0, beta: post?.beta ?? 0)
  }

  /// The parts of all panels.
  private func calls(_ plan: TilePlan, _ weights: UnsafePointer<Float>) -> [PanelCall] {
    let (arguments, parts) = (plan.arguments, plan.parts)
    let shift = plan.shortcut.map { $0.channels.min()! / 16 - plan.output.channels.min()! / 16 } ?? 0
    // Most panels read the same inputs: one list of offsets then stays in the first cache.
    var lists: [[Int32]: UnsafePointer<Int32>] = [:]
    return plan.weights.panels.flatMap { panel in
      let offsets = panel.offsets.isEmpty ? nil : lists[panel.offsets] ?? keep(panel.offsets)
      lists[panel.offsets] = offsets
      let tiles = panel.isInTwos ? plan.kernels.twos!.tiles : plan.kernels.tiles
      let tile = tiles[TileKey(panel.width, plan.choice.walk, plan.choice.epilogue)]!
      return panel.cut(into: parts).enumerated().map { i, part in
        let call = Panel(
          weights: weights + panel.start + part.lowerBound * panel.width,
          offsets: offsets.map { $0 + part.lowerBound }, depth: part.count, isFirstPart: i == 0,
          isLastPart: i == parts - 1, inputOffset: part.lowerBound / 16 * arguments.inputBlockStride,
          next: panel.next(part.count, plan.chunk), outputOffset: panel.block * arguments.outputBlockStride,
          residualOffset: (panel.block + shift) * arguments.residualBlockStride)
        let most = plan.kernels.tileHeights.most(width: panel.width, isInTwos: panel.isInTwos)
        return PanelCall(call, tile, panel.width, most: most)
      }
    }
  }
}
