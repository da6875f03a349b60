import SwiftletGraph
import SwiftletKernels
import SwiftletOps

// Products of two values that a network computes.

/// Attention in blocks: keys and values are packed as panels, then queries go through tiles as pixels through a convolution.
func lowerAttention(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? Attention else { return false }
  let (q, k, v) = (p.blocked(node.inputs[0]), p.blocked(node.inputs[1]), p.blocked(node.inputs[2]))
  let (heads, keys, queries) = (op.heads, k.pixels, q.pixels)
  let (size, valueSize) = (q.channels.count / heads, v.channels.count / heads)
  let (keyBlocks, valueBlocks) = ((keys + 15) / 16, (valueSize + 15) / 16)
  let keyPanels = packedColumns(keys, depth: size, p.kernels.widths(.gather16, .clamp))
  let valuePanels = packedColumns(valueSize, depth: keys, p.kernels.widths(.dense16, .clamp))
  let keyRegion = p.emitPacking(
    node.name, "keys", k, heads, keyPanels, columns: keys, depth: size, runsAreColumns: false)
  let valueRegion = p.emitPacking(
    node.name, "values", v, heads, valuePanels, columns: valueSize, depth: keys, runsAreColumns: true)
  // Each head's answer begins a block.
  let y = p.place(id, layout: (0..<heads * valueSize).map { $0 / valueSize * valueBlocks * 16 + $0 % valueSize })
  let tallest = p.kernels.tileHeights.tallest
  let chunk = max(1, p.tuning.scoreFloats / (keyBlocks * 16) / tallest) * tallest
  let scratchStride = (keyBlocks * 16 + 1) * chunk + 32
  let scratch = p.placePlain(floats: scratchStride * p.threads)
  let mask = p.constant([], count: 16) { _, to in
    for lane in 0..<16 { to[lane] = (keyBlocks - 1) * 16 + lane < keys ? 0 : -1e30 }
  }
  let set = p.kernels
  let offsets = q.channels.map { Int32($0 / 16 * q.region.plane + $0 % 16) }
  let cuts = (
    whole: cutRow(chunk, heights: set.tileHeights), rest: cutRow(max(1, queries % chunk), heights: set.tileHeights)
  )
  p.emit(
    node.name, "attention", multiplyAdds: op.cost(p.graph.inputShapes(id), node.shape).multiplyAdds,
    touching: [q, keyRegion, valueRegion, y], scratch: [scratch]
  ) { binder in
    var (score, mix) = (TileArguments(), TileArguments())
    score.outputBlockStride = chunk * 16
    (mix.inputBlockStride, mix.outputBlockStride) = (chunk * 16, y.region.plane)
    func calls(_ panels: [PackedColumns], _ walk: WalkKind) -> [PackedPanelCall] {
      panels.map { PackedPanelCall(columns: $0, tile: set.tiles[TileKey($0.width, walk, .clamp)]!) }
    }
    let command = AttentionCommand(
      weights: set.attentionWeights, times: set.binary[BinaryKind.mul.rawValue], scoreArguments: score,
      mixArguments: mix, query: binder.pointer(q.region), keyPanels: binder.pointer(keyRegion),
      valuePanels: binder.pointer(valueRegion), keyCalls: binder.keep(calls(keyPanels, .gather16)),
      keyCallCount: keyPanels.count, keyFloats: partFloats(keyPanels, depth: size),
      valueCalls: binder.keep(calls(valuePanels, .dense16)), valueCallCount: valuePanels.count,
      valueFloats: partFloats(valuePanels, depth: keys),
      output: binder.pointer(y.region) + y.blocks[0] * y.region.plane, offsets: binder.keep(offsets),
      mask: binder.pointer(constant: mask), scale: op.scale, batch: q.batch, heads: heads, queries: queries, keys: keys,
      size: size, keyBlocks: keyBlocks, valueBlocks: valueBlocks, queryBatchStride: q.region.batchStride,
      outputBatchStride: y.region.batchStride, outputPlane: y.region.plane, chunk: chunk,
      whole: binder.keep(cuts.whole),
      rest: binder.keep(cuts.rest), scratch: binder.pointer(scratch), scratchStride: scratchStride)
    return Command(function: AttentionCommand.run, arguments: binder.keep(command))
  }
  p.set(id, y)
  return true
}

/// Panels of such widths that hold all columns of a matrix.
private func packedColumns(_ columns: Int, depth: Int, _ widths: [Int]) -> [PackedColumns] {
  var (first, start) = (0, 0)
  return panelWidths(columns, widths).map { width in
    defer { (first, start) = (first + width, start + (depth + 1) * width) }
    return PackedColumns(first: first, width: width, start: start)
  }
}

private func partFloats(_ panels: [PackedColumns], depth: Int) -> Int {
  panels.reduce(0) { $0 + (depth + 1) * $1.width }
}

/// A product of matrices in rows: the second one is packed as panels.
func lowerMatMul(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard node.op is MatMul else { return false }
  let (a, b) = (p.plain(node.inputs[0]), p.plain(node.inputs[1]))
  let (shape, rank) = (p.graph[node.inputs[0]].shape, node.shape.rank)
  let (rows, depth, columns) = (shape[rank - 2], shape[rank - 1], node.shape[rank - 1])
  let matrices = shape[..<(rank - 2)].reduce(1, *)
  let panels = p.emitPacking(
    node.name, "panels", b,
    [stride(from: 0, to: columns, by: 16).map { .init(from: $0, to: $0, count: min(16, columns - $0)) }],
    packedColumns(columns, depth: depth, [16]), batch: matrices, batchStride: { depth * columns }, count: depth,
    step: columns, runsAreColumns: true, columns: columns, depth: depth)
  let y = p.placePlain(floats: node.shape.elementCount)
  let tallest = p.kernels.tileHeights.tallest
  let chunk = 2 * tallest
  let scratch = p.placePlain(floats: chunk * 16 * p.threads)
  var tileArguments = TileArguments()
  tileArguments.pixelStep = depth
  let (set, arguments) = (p.kernels, tileArguments)
  let cuts = (
    whole: cutRow(chunk, heights: set.tileHeights), rest: cutRow(max(1, rows % chunk), heights: set.tileHeights)
  )
  p.emit(
    node.name, "matrix product", multiplyAdds: node.shape.elementCount * depth, touching: [a, panels, y],
    scratch: [scratch]
  ) { binder in
    let command = MatMulCommand(
      tile: set.tiles[TileKey(16, .gatherAny, .clamp)]!, move: set.move, arguments: arguments,
      input: binder.pointer(a), panels: binder.pointer(panels), output: binder.pointer(y),
      offsets: binder.keep((0..<Int32(depth)).map { $0 }), matrices: matrices, rows: rows, depth: depth,
      columns: columns, chunk: chunk, whole: binder.keep(cuts.whole), rest: binder.keep(cuts.rest),
      scratch: binder.pointer(scratch), scratchStride: chunk * 16)
    return Command(function: MatMulCommand.run, arguments: binder.keep(command))
  }
  p.set(id, plain: y)
  return true
}

extension Planner {
  /// The channels of each head of tokens as panels of their own.
  fileprivate mutating func emitPacking(
    _ name: String, _ kernel: String, _ x: BlockedView, _ heads: Int, _ panels: [PackedColumns], columns: Int,
    depth: Int, runsAreColumns: Bool
  ) -> Region {
    let size = x.channels.count / heads
    let runs = (0..<heads).map { head in
      var runs: [LayoutCommand.Run] = []
      for (i, channel) in x.channels[head * size..<(head + 1) * size].enumerated() {
        let from = channel / 16 * x.region.plane + channel % 16
        if let last = runs.last, last.from + last.count == from, last.to / 16 == i / 16 {
          runs[runs.count - 1].count += 1
        } else {
          runs.append(.init(from: from, to: i, count: 1))
        }
      }
      return runs
    }
    return emitPacking(
      name, kernel, x, runs, panels, batch: x.batch, batchStride: { x.region.batchStride }, count: x.pixels, step: 16,
      runsAreColumns: runsAreColumns, columns: columns, depth: depth)
  }

  fileprivate mutating func emitPacking(
    _ name: String, _ kernel: String, _ x: any Place, _ runs: [[LayoutCommand.Run]], _ panels: [PackedColumns],
    batch: Int, batchStride: @escaping @Sendable () -> Int, count: Int, step: Int, runsAreColumns: Bool, columns: Int,
    depth: Int
  ) -> Region {
    let partFloats = partFloats(panels, depth: depth)
    let region = placePlain(floats: batch * runs.count * partFloats)
    let function = kernels.move
    emit(name, kernel, touching: [x, region]) { binder in
      let command = PackCommand(
        function: function, input: binder.pointer(x.region), output: binder.pointer(region),
        runs: binder.keep(runs.flatMap { $0 }),
        starts: binder.keep(runs.reduce(into: [0]) { $0.append($0.last! + $1.count) }), parts: runs.count,
        batch: batch, count: count, step: step, runsAreColumns: runsAreColumns, columns: columns, depth: depth,
        inputBatchStride: batchStride(), panels: binder.keep(panels), panelCount: panels.count, partFloats: partFloats)
      return Command(function: PackCommand.run, arguments: binder.keep(command))
    }
    return region
  }
}
