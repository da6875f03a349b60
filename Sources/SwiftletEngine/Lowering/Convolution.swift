import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// Where a convolution reads: what a tile needs to know of its input.
private struct Reading {
  var place: any Place
  var region: Region { place.region }
  var batchStride: @Sendable () -> Int
  var rowStride: Int
  var pixelStep: Int
  /// For each product of (input channel, tap) the floats from the pixel.
  var offset: (_ channel: Int, _ ky: Int, _ kx: Int) -> Int
  /// Of 1×1 kernels on channels in order: floats from the pixel to the first channel, and from block to block.
  var dense: (base: Int, blockStride: Int)?
}

/// Any convolution, as tiles of pixels × channels.
func lowerConvolution(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let fused = node.op as? FusedConv, p.isConstant[node.inputs[1]], p.isConstant[node.inputs[2]] else {
    return false
  }
  let window = fused.conv.window
  let input = node.inputs[0]
  let x = p.graph[input].shape
  let isFlat = window == Window(1)
  let pairs = p.pairsToRead(node, fused)
  let isPlanar = !isFlat && x[1] <= 8 && !p.hasBlocked(input)
  let view = isPlanar ? nil : pairs?.view ?? p.blocked(input)
  let reading =
    if let view { isFlat ? p.readFlat(view) : p.readBlocked(view, window) } else { p.readPlanar(input, x, window) }
  let shortcut = fused.hasShortcut ? p.blocked(node.inputs[3]) : nil
  let output = p.place(id, layout: shortcut?.layout)
  p.emitTiles(node, fused, reading, pairs?.channels, output, shortcut, rows: isFlat ? nil : output.height)
  p.set(id, output)
  return true
}

/// A linear layer on tokens `[batch, tokens, channels]`: a 1×1 convolution.
func lowerTokens(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node, _ layer: FusedGemm) {
  let fused = FusedConv(conv: Conv(Window(1)), hasShortcut: layer.hasShortcut, activation: layer.activation)
  if p.lowerByStrassen(id, node, fused) { return }
  let pairs = p.pairsToRead(node, fused)
  let reading = p.readFlat(pairs?.view ?? p.blocked(node.inputs[0]))
  let shortcut = layer.hasShortcut ? p.blocked(node.inputs[3]) : nil
  let output = p.place(id, layout: shortcut?.layout)
  p.emitTiles(node, fused, reading, pairs?.channels, output, shortcut, rows: nil)
  p.set(id, output)
}

/// Which tiles a convolution uses, and what is left to do on their results.
private struct TileChoice {
  var walk: WalkKind
  var epilogue: EpilogueKind
  var arguments = TileArguments()
  var post: UnaryCall?

  init(_ kernels: KernelSet, _ fused: FusedConv, _ reading: Reading) {
    let dense: [Int: WalkKind] = [16: .dense16, 32: .dense32]
    let gather: [Int: WalkKind] = [16: .gather16, 32: .gather32, 2: .gather2]
    let isDense = reading.dense != nil && fused.conv.group == 1
    let preferred = (isDense ? dense[reading.pixelStep] : nil) ?? gather[reading.pixelStep] ?? .gatherAny
    epilogue = fused.hasShortcut ? .addClamp : .clamp
    // Not every walk is made for shortcuts; the one that takes any step is.
    walk = kernels.tiles[TileKey(16, preferred, epilogue)] == nil ? .gatherAny : preferred
    arguments.pixelStep = reading.pixelStep
    guard let call = fused.activation else { return }
    if call.kind == .clamp {
      (arguments.lower, arguments.upper) = (call.alpha, call.beta)
    } else if call.kind == .hardSwish, kernels.tiles[TileKey(16, walk, .hardSwish)] != nil, !fused.hasShortcut {
      epilogue = .hardSwish
    } else {
      post = call
    }
  }

  var isDense: Bool { walk == .dense16 || walk == .dense32 }
  var name: String { "tile \(walk) \(epilogue)" + (post.map { " \($0.kind)" } ?? "") }
}

extension Planner {
  /// What a convolution reads where it multiplies in bfloat16.
  fileprivate mutating func pairsToRead(_ node: Graph.Node, _ fused: FusedConv) -> PairView? {
    takesPairs(node, fused) ? pairs(node.inputs[0], times: fused.hasFactors ? node.inputs.last! : nil) : nil
  }

  /// 1×1, stride 1: pixels in a row, whatever the rows of the map are.
  fileprivate func readFlat(_ view: BlockedView) -> Reading {
    let plane = view.region.plane
    let channels = view.channels
    return Reading(
      place: view, batchStride: { view.region.batchStride }, rowStride: 0, pixelStep: 16,
      offset: { c, _, _ in channels[c] / 16 * plane + channels[c] % 16 }, dense: view.dense)
  }

  /// Few channels, as the caller gave them: read from a planar image with zeros around it.
  fileprivate mutating func readPlanar(_ input: Graph.ID, _ x: Shape, _ window: Window) -> Reading {
    let (height, width) = (x[2] + window.pads.top + window.pads.bottom, x[3] + window.pads.left + window.pads.right)
    var region = plain(input)
    if window.pads != .none {
      let padded = placePlain(floats: x[0] * x[1] * height * width)
      emitPlanarPadding(from: region, to: padded, x, window.pads)
      region = padded
    }
    let plane = height * width
    return Reading(
      place: region, batchStride: { x[1] * plane }, rowStride: window.strides[0] * width,
      pixelStep: window.strides[1],
      offset: { c, ky, kx in c * plane + ky * window.dilations[0] * width + kx * window.dilations[1] }, dense: nil)
  }

  /// Blocks, in a copy with zeros around them where the window reaches over the edge.
  fileprivate mutating func readBlocked(_ source: BlockedView, _ window: Window) -> Reading {
    let view = window.pads == .none ? source : padded(source, window.pads)
    let (plane, width, channels) = (view.region.plane, view.width, view.channels)
    return Reading(
      place: view, batchStride: { view.region.batchStride },
      rowStride: window.strides[0] * width * 16, pixelStep: window.strides[1] * 16,
      offset: { c, ky, kx in
        channels[c] / 16 * plane + channels[c] % 16
          + (ky * window.dilations[0] * width + kx * window.dilations[1]) * 16
      }, dense: window.kernel == [1, 1] ? view.dense : nil)
  }

  /// - Parameters:
  ///   - pairs: the channels that are multiplied together, in bfloat16; `nil` for floats.
  ///   - rows: rows of output pixels; `nil` where all pixels of an image are one row.
  fileprivate mutating func emitTiles(
    _ node: Graph.Node, _ fused: FusedConv, _ reading: Reading, _ pairs: [ChannelPair]?, _ output: BlockedView,
    _ shortcut: BlockedView?, rows: Int?
  ) {
    let kernels = pairs == nil ? kernels : kernels.ofPairs!
    let choice = TileChoice(kernels, fused, reading)
    let weights = packPanels(
      node, group: fused.conv.group, kernel: fused.conv.window.kernel, output,
      widths: kernels.widths(choice.walk, choice.epilogue), pairs: pairs, offset: choice.isDense ? nil : reading.offset)
    var arguments = choice.arguments
    let dense = choice.isDense ? reading.dense : nil
    arguments.inputBlockStride = dense?.blockStride ?? 0
    arguments.outputBlockStride = output.region.plane
    arguments.residualBlockStride = shortcut?.region.plane ?? 0
    let spans = cutRow(rows == nil ? output.pixels : output.width, heights: kernels.tileHeights)
    let splitsPanels = !followsPixels(output) && weights.panels.count >= threads
    let parts = (weights.depth + tuning.panelDepth - 1) / tuning.panelDepth
    let chunk = tilesAtATime(weights.depth, parts, output)
    let tallest = kernels.tileHeights[0]
    let staysNear = weights.floats <= tuning.farFloats
    let tilesInAll = output.batch * (rows ?? 1) * spans.whole
    let sweeps = staysNear ? 1 : (tilesInAll - 1) / chunk + 1
    let idleLines = weights.panels.reduce(0) {
      $0 + $1.idleLines(tiles: tilesInAll, sweeps: sweeps, tallest: tallest)
    }
    let callTiles = choice.post == nil ? Int.max : max(1, tuning.activationPixels / tallest)
    let shortcutShift = shortcut.map { $0.channels.min()! / 16 - output.channels.min()! / 16 } ?? 0
    let (finalArguments, set, post) = (arguments, kernels, choice.post.map { kernels.unary[$0.kind.rawValue] })
    let base = dense?.base ?? 0
    let (region, batchStride, rowStride) = (reading.region, reading.batchStride, reading.rowStride)
    // Weights that change with the image take one image at a time; pairs were scaled instead.
    let scalesWeights = fused.hasFactors && pairs == nil
    let runs = scalesWeights ? (0..<output.batch).map { $0..<$0 + 1 } : [0..<output.batch]
    for images in runs {
      let scaled =
        scalesWeights ? emitScaledWeights(weights, factors: node.inputs.last!, image: images.lowerBound) : nil
      var touched: [any Place] = [reading.place, output]
      if let shortcut { touched.append(shortcut) }
      if let scaled { touched.append(scaled) }
      emit(
        node.name, (pairs == nil ? "" : "bfloat16 ") + choice.name,
        multiplyAdds: images.count * output.pixels * graph[node.inputs[1]].shape.elementCount,
        idleLines: idleLines / runs.count,
        because: reason(node, fused, choice), isBFloat16: pairs != nil, touching: touched
      ) { binder in
        let packed = UnsafePointer(scaled.map { binder.pointer($0) } ?? binder.pointer(constant: weights.constant))
        // Most panels read the same inputs: one list of offsets then stays in the first cache.
        var lists: [[Int32]: UnsafePointer<Int32>] = [:]
        let calls = weights.panels.flatMap { panel in
          let offsets = panel.offsets.isEmpty ? nil : lists[panel.offsets] ?? binder.keep(panel.offsets)
          lists[panel.offsets] = offsets
          let tile = set.tiles[TileKey(panel.width, choice.walk, choice.epilogue)]!
          return panel.cut(into: parts).enumerated().map { i, part in
            let call = Panel(
              weights: packed + panel.start + part.lowerBound * panel.width,
              offsets: offsets.map { $0 + part.lowerBound },
              depth: part.count, isFirstPart: i == 0, isLastPart: i == parts - 1,
              inputOffset: part.lowerBound / 16 * finalArguments.inputBlockStride, next: panel.next(part.count, chunk),
              outputOffset: panel.block * output.region.plane,
              residualOffset: (panel.block + shortcutShift) * (shortcut?.region.plane ?? 0))
            return PanelCall(call, tile, panel.width, set)
          }
        }
        let command = ConvolutionCommand(
          arguments: finalArguments, input: binder.pointer(region) + (base + images.lowerBound * batchStride()),
          output: binder.pointer(output.region) + images.lowerBound * output.region.batchStride,
          shortcut: shortcut.map {
            UnsafePointer(binder.pointer($0.region) + images.lowerBound * $0.region.batchStride)
          }, panels: binder.keep(calls),
          panelCount: weights.panels.count, parts: parts, spans: binder.keep(spans), batch: images.count,
          rows: rows ?? 1, inputBatchStride: batchStride(), inputRowStride: rowStride,
          outputBatchStride: output.region.batchStride, outputRowStride: output.width * 16,
          shortcutBatchStride: shortcut?.region.batchStride ?? 0, chunk: chunk, staysNear: staysNear,
          callTiles: callTiles,
          splitsPanels: splitsPanels, fetches: binder.keepFetches(), post: post, alpha: choice.post?.alpha ?? 0,
          beta: choice.post?.beta ?? 0)
        return Command(function: ConvolutionCommand.run, arguments: binder.keep(command))
      }
    }
  }

  /// The weights of a 1×1 convolution, each times the factor of the channel it meets in one image.
  private mutating func emitScaledWeights(_ weights: PackedPanels, factors id: Graph.ID, image: Int) -> Region {
    let factors = blocked(id)
    let positions = factors.channels.map { Int32($0 / 16 * factors.region.plane + $0 % 16) }
    let panels = weights.panels.map { ScaledWeightsCommand.Panel(start: $0.start, width: $0.width, depth: $0.depth) }
    let scaled = placePlain(floats: panels.map { $0.start + ($0.depth + 1) * $0.width }.max()!)
    let function = kernels.scaleRows
    emit("", "scale weights", touching: [factors, scaled]) { binder in
      let command = ScaledWeightsCommand(
        function: function, input: binder.pointer(constant: weights.constant), output: binder.pointer(scaled),
        factors: binder.pointer(factors.region) + image * factors.region.batchStride, positions: binder.keep(positions),
        panels: binder.keep(panels),
        count: panels.count)
      return Command(function: ScaledWeightsCommand.run, arguments: binder.keep(command))
    }
    return scaled
  }

  private func reason(_ node: Graph.Node, _ fused: FusedConv, _ choice: TileChoice) -> String {
    let (input, conv) = (graph[node.inputs[0]].shape, fused.conv)
    var refusal: String?
    if input.rank == 4, let tiling = WinogradTiling(kernels, conv.window, node.shape) {
      refusal = winogradRefusal(node, fused, tiling).map { "Winograd, \($0)" }
    } else if conv.window.kernel == [1, 1], choice.isDense {
      refusal = strassenRefusal(node, fused).map { "Strassen, \($0)" }
    }
    if precision == .fast, kernels.pairs != nil, let why = pairsRefusal(node, fused) {
      refusal = (refusal.map { "\($0); no " } ?? "") + "bfloat16, \(why)"
    }
    let walk = choice.isDense ? "channels in order" : "an offset for each product"
    return "\(facts(node, fused)): \(walk)" + (refusal.map { "; no \($0)" } ?? "")
  }

  /// What the choice of a kernel depends on.
  func facts(_ node: Graph.Node, _ fused: FusedConv) -> String {
    let input = graph[node.inputs[0]].shape
    guard input.rank == 4 else { return "\(input[2]) → \(node.shape[2]) channels of \(input[1]) tokens" }
    return fused.conv.facts(input, node.shape)
  }

  /// How many tiles pass all panels before the next ones are begun. Their inputs stay in the first cache; or in the second, where
  /// panels are cut into parts that stay in the first. Maps of few pixels keep the panel instead.
  private func tilesAtATime(_ depth: Int, _ parts: Int, _ output: BlockedView) -> Int {
    let floats = depth * kernels.tileHeights[0]
    if parts > 1 { return max(4, min(32, tuning.farFloats / floats)) }
    return output.channels.count > output.pixels ? Int.max : max(2, min(16, tuning.nearFloats / floats))
  }

  /// Whether threads share the pixels of a map: where there are enough of them. Steps in a row agree, so that each thread finds
  /// what it wrote.
  func followsPixels(_ view: BlockedView) -> Bool { view.batch * view.pixels >= tuning.pixelsPerThread * threads }
}
