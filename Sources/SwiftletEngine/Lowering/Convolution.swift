import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// Where a convolution reads: what a tile needs to know of its input.
private struct Reading {
  var region: Region
  /// Floats from the image's first value to the first tap of the first output pixel.
  var base = 0
  var batchStride: @Sendable () -> Int
  var rowStride: Int
  var pixelStep: Int
  /// For each product of (input channel, tap) the floats from the pixel.
  var offset: (_ channel: Int, _ ky: Int, _ kx: Int) -> Int
  /// Channels in order from the pixel on, blocks this far apart; only 1×1 kernels.
  var denseBlockStride: Int?
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
  let reading =
    if isFlat { p.readFlat(input) } else if x[1] <= 8 && !p.hasBlocked(input) { p.readPlanar(input, x, window) } else {
      p.readBlocked(input, x, window)
    }
  let shortcut = fused.hasShortcut ? p.blocked(node.inputs[3]) : nil
  let output = p.place(id, layout: shortcut?.layout)
  let weights = p.packPanels(node, fused, reading, output, shortcut)
  let rowPixels = isFlat ? output.pixels : output.width
  p.emitTiles(node, fused, reading, output, shortcut, weights, rows: isFlat ? 1 : output.height, rowPixels: rowPixels)
  p.set(id, output)
  return true
}

/// A linear layer on tokens `[batch, tokens, channels]`: a 1×1 convolution.
func lowerTokens(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node, _ layer: FusedGemm) {
  let fused = FusedConv(conv: Conv(Window(1)), hasShortcut: layer.hasShortcut, activation: layer.activation)
  let reading = p.readFlat(node.inputs[0])
  let shortcut = layer.hasShortcut ? p.blocked(node.inputs[3]) : nil
  let output = p.place(id, layout: shortcut?.layout)
  let weights = p.packPanels(node, fused, reading, output, shortcut)
  p.emitTiles(node, fused, reading, output, shortcut, weights, rows: 1, rowPixels: output.pixels)
  p.set(id, output)
}

/// The panels of a convolution: which channels, from where in the packed constant.
private struct PackedPanels {
  struct Entry {
    var width: Int
    /// Physical output block, and where its weights start.
    var block: Int
    var start: Int
    var depth: Int
    var offsets: [Int32]
  }
  var constant: Int
  var entries: [Entry]
}

extension Planner {
  /// 1×1, stride 1: pixels in a row, whatever the rows of the map are.
  fileprivate mutating func readFlat(_ input: Graph.ID) -> Reading {
    let view = blocked(input)
    let plane = view.region.plane
    let channels = view.channels
    return Reading(
      region: view.region, base: view.isDense ? channels[0] / 16 * plane : 0, batchStride: { view.region.batchStride },
      rowStride: 0, pixelStep: 16, offset: { c, _, _ in channels[c] / 16 * plane + channels[c] % 16 },
      denseBlockStride: view.isDense ? plane : nil)
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
      region: region, batchStride: { x[1] * plane }, rowStride: window.strides[0] * width,
      pixelStep: window.strides[1],
      offset: { c, ky, kx in c * plane + ky * window.dilations[0] * width + kx * window.dilations[1] },
      denseBlockStride: nil)
  }

  /// Blocks, in a copy with zeros around them where the window reaches over the edge.
  fileprivate mutating func readBlocked(_ input: Graph.ID, _ x: Shape, _ window: Window) -> Reading {
    let source = blocked(input)
    let view = window.pads == .none ? source : padded(source, window.pads)
    let (plane, width, channels) = (view.region.plane, view.width, view.channels)
    return Reading(
      region: view.region, batchStride: { view.region.batchStride },
      rowStride: window.strides[0] * width * 16, pixelStep: window.strides[1] * 16,
      offset: { c, ky, kx in
        channels[c] / 16 * plane + channels[c] % 16
          + (ky * window.dilations[0] * width + kx * window.dilations[1]) * 16
      },
      denseBlockStride: nil)
  }

  /// Cuts the output's channels into panels and says how the weights are packed for them.
  fileprivate mutating func packPanels(
    _ node: Graph.Node, _ fused: FusedConv, _ reading: Reading, _ output: BlockedView, _ shortcut: BlockedView?
  ) -> PackedPanels {
    let kernel = fused.conv.window.kernel
    let taps = kernel[0] * kernel[1]
    let outs = output.channels.count
    let (insPerGroup, outsPerGroup) = (graph[node.inputs[1]].shape[1], outs / fused.conv.group)
    let firstBlock = output.channels.min()! / 16
    var lanes = [Int](repeating: -1, count: (output.channels.max()! / 16 - firstBlock + 1) * 16)
    for (channel, physical) in output.channels.enumerated() { lanes[physical - firstBlock * 16] = channel }
    var entries: [PackedPanels.Entry] = []
    var products: [[Int]] = []  // for each panel: input channel · taps + tap
    var columns: [[Int]] = []
    var (lane, start) = (0, 0)
    while lane < lanes.count {
      let width = kernels.tileWidths.first { $0 <= lanes.count - lane }!
      let channels = Array(lanes[lane..<lane + width])
      let groups = Set(channels.filter { $0 >= 0 }.map { $0 / outsPerGroup }).sorted()
      var needed: [Int] = []
      for first in stride(from: 0, to: groups.count * insPerGroup, by: 16) {  // blocks, taps, lanes: near in the input
        for tap in 0..<taps {
          for i in first..<min(first + 16, groups.count * insPerGroup) {
            needed.append((groups[i / insPerGroup] * insPerGroup + i % insPerGroup) * taps + tap)
          }
        }
      }
      let isDense = reading.denseBlockStride != nil && fused.conv.group == 1
      let offsets =
        isDense ? [] : needed.map { Int32(reading.offset($0 / taps, $0 % taps / kernel[1], $0 % kernel[1])) }
      entries.append(
        .init(width: width, block: firstBlock + lane / 16, start: start, depth: needed.count, offsets: offsets))
      products.append(needed)
      columns.append(channels)
      start += (needed.count + 1) * width
      lane += width
    }
    let (allProducts, allColumns) = (products, columns)
    let number = constant([node.inputs[1], node.inputs[2]], count: start) { values, to in
      var to = to
      values[0].scalars.withUnsafeBufferPointer { weights in
        for (needed, channels) in zip(allProducts, allColumns) {
          to = packPanel(weights, values[1].scalars, needed, channels, taps, insPerGroup, outsPerGroup, to)
        }
      }
    }
    return PackedPanels(constant: number, entries: entries)
  }

  fileprivate mutating func emitTiles(
    _ node: Graph.Node, _ fused: FusedConv, _ reading: Reading, _ output: BlockedView, _ shortcut: BlockedView?,
    _ weights: PackedPanels, rows: Int, rowPixels: Int
  ) {
    let isDense = weights.entries[0].offsets.isEmpty
    let preferred: WalkKind =
      isDense ? .dense : [16: .gather16, 32: .gather32, 2: .gather2][reading.pixelStep] ?? .gatherAny
    var epilogue: EpilogueKind = shortcut == nil ? .clamp : .addClamp
    // Not every walk is made for shortcuts; the one that takes any step is.
    let walk = kernels.tiles[TileKey(16, preferred, epilogue)] == nil ? .gatherAny : preferred
    var arguments = TileArguments()
    arguments.inputBlockStride = reading.denseBlockStride ?? 0
    arguments.outputBlockStride = output.region.plane
    arguments.residualBlockStride = shortcut?.region.plane ?? 0
    arguments.pixelStep = reading.pixelStep
    var post: UnaryCall?
    if let call = fused.activation {
      if call.kind == .clamp {
        (arguments.lower, arguments.upper) = (call.alpha, call.beta)
      } else if call.kind == .hardSwish, kernels.tiles[TileKey(16, walk, .hardSwish)] != nil, shortcut == nil {
        epilogue = .hardSwish
      } else {
        post = call
      }
    }
    let (tiles, postFunction) = (kernels.tiles, post.map { kernels.unary[$0.kind.rawValue] })
    let spans = cutRow(rowPixels, heights: kernels.tileHeights)
    let pixels = output.batch * output.pixels
    let splitsPanels = !followsPixels(output) && weights.entries.count >= threads
    let chunk = output.channels.count > output.pixels ? Int.max : 2
    let shortcutShift = shortcut.map { $0.channels.min()! / 16 - output.channels.min()! / 16 } ?? 0
    let (finalArguments, finalEpilogue, finalPost) = (arguments, epilogue, post)
    let base = reading.base
    let (region, batchStride, rowStride) = (reading.region, reading.batchStride, reading.rowStride)
    let macs = pixels * graph[node.inputs[1]].shape.elementCount
    let kernelName = "tile \(walk) \(epilogue)" + (post.map { " \($0.kind)" } ?? "")
    emit(
      node.name, kernelName, multiplyAdds: macs,
      touching: [region, output.region] + (shortcut.map { [$0.region] } ?? [])
    ) { binder in
      let packed = binder.pointer(constant: weights.constant)
      let calls = weights.entries.map { entry in
        let panel = Panel(
          weights: packed + entry.start, offsets: entry.offsets.isEmpty ? nil : binder.keep(entry.offsets),
          depth: entry.depth, outputOffset: entry.block * output.region.plane,
          residualOffset: (entry.block + shortcutShift) * (shortcut?.region.plane ?? 0))
        return PanelCall(panel: panel, tile: tiles[TileKey(entry.width, walk, finalEpilogue)]!, width: entry.width)
      }
      let command = ConvolutionCommand(
        arguments: finalArguments, input: binder.pointer(region) + base, output: binder.pointer(output.region),
        shortcut: shortcut.map { UnsafePointer(binder.pointer($0.region)) }, panels: binder.keep(calls),
        panelCount: calls.count, spans: binder.keep(spans), batch: output.batch, rows: rows,
        inputBatchStride: batchStride(), inputRowStride: rowStride, outputBatchStride: output.region.batchStride,
        outputRowStride: output.width * 16, shortcutBatchStride: shortcut?.region.batchStride ?? 0, chunk: chunk,
        splitsPanels: splitsPanels, post: postFunction, alpha: finalPost?.alpha ?? 0, beta: finalPost?.beta ?? 0)
      return Command(function: ConvolutionCommand.run, arguments: binder.keep(command))
    }
  }

  /// Whether threads share the pixels of a map: where there are enough of them. Steps in a row agree, so that each thread finds
  /// what it wrote.
  func followsPixels(_ view: BlockedView) -> Bool { view.batch * view.pixels >= 112 * threads }
}

/// Writes one panel: the biases of its channels, then for each product the weights of all channels; zero where none belongs.
private func packPanel(
  _ weights: UnsafeBufferPointer<Float>, _ biases: [Float], _ products: [Int], _ channels: [Int], _ taps: Int,
  _ insPerGroup: Int, _ outsPerGroup: Int, _ to: UnsafeMutablePointer<Float>
) -> UnsafeMutablePointer<Float> {
  let width = channels.count
  let groupSize = insPerGroup * taps
  // Consecutive products of one group, as (first, end) positions.
  var runs: [Range<Int>] = []
  for k in products.indices {
    if let last = runs.last, products[last.lowerBound] / groupSize == products[k] / groupSize {
      runs[runs.count - 1] = last.lowerBound..<k + 1
    } else {
      runs.append(k..<k + 1)
    }
  }
  products.withUnsafeBufferPointer { products in
    for (lane, channel) in channels.enumerated() {
      to[lane] = channel < 0 ? 0 : biases[channel]
      let group = channel < 0 ? -1 : channel / outsPerGroup
      for run in runs {
        var p = to + (run.lowerBound + 1) * width + lane
        if products[run.lowerBound] / groupSize == group {
          let row = weights.baseAddress! + (channel - group) * groupSize
          for k in run {
            p.pointee = row[products[k]]
            p += width
          }
        } else {
          for _ in run {
            p.pointee = 0
            p += width
          }
        }
      }
    }
  }
  return to + (products.count + 1) * width
}

/// A row of pixels as tiles of the heights at hand, so that the sum of their costs is smallest. A tile of h pixels costs as much as 2 h
/// multiply-adds, at least the latency of two, and a little to start.
func cutRow(_ pixels: Int, heights: [Int]) -> RowCut {
  func cost(_ height: Int) -> Int { max(2 * height, 4) + 1 }
  let tallest = heights[0]
  let whole = max(0, pixels / tallest - 3)
  let rest = pixels - whole * tallest
  var best = [(cost: 0, height: 0)]
  for n in 1...max(1, rest) {
    let choices = heights.filter { $0 <= n }.map { (cost: best[n - $0].cost + cost($0), height: $0) }
    best.append(choices.min { $0.cost < $1.cost }!)
  }
  var n = rest
  var tail: [Int] = []
  while n > 0 {
    tail.append(best[n].height)
    n -= best[n].height
  }
  var first = whole * tallest
  var spans: [Span] = []
  for height in tail.sorted(by: >) {
    spans.append(Span(first: first, height: height))
    first += height
  }
  return RowCut(height: tallest, whole: whole, rest: spans)
}
