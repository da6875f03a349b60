import SwiftletGraph
import SwiftletOps

// Steps that bring a value into another form: rows to blocks and back, other layouts, borders.

extension Planner {
  /// Rows to blocks. Lanes that belong to no channel become zero.
  mutating func emitBlocking(from source: Region, to view: BlockedView, _ shape: Shape) {
    let rows = PlainStrides(shape)
    let (sources, targets) = lanes(of: view) { $0 * rows.channel }
    emitLayout(
      "rows to blocks", source, view.region, sources, targets, batch: view.batch, pixels: view.pixels,
      inputBatchStride: { rows.batch }, inputStep: rows.pixel, outputStep: 16)
  }

  /// Blocks to rows.
  mutating func emitUnblocking(from view: BlockedView, to region: Region, _ shape: Shape) {
    let rows = PlainStrides(shape)
    let plane = view.region.plane
    let sources = view.channels.map { $0 / 16 * plane + $0 % 16 }
    let targets = sources.indices.map { $0 * rows.channel }
    emit("", "blocks to rows", touching: [view.region, region]) { binder in
      let command = LayoutCommand(
        input: binder.pointer(view.region), output: binder.pointer(region), sources: binder.keep(sources),
        targets: binder.keep(targets), channels: sources.count, batch: view.batch, pixels: view.pixels,
        inputBatchStride: view.region.batchStride, outputBatchStride: rows.batch, inputStep: 16,
        outputStep: rows.pixel)
      return Command(function: LayoutCommand.run, arguments: binder.keep(command))
    }
  }

  /// The value with its channels laid out as `layout`, in a place of its own.
  mutating func copied(_ view: BlockedView, layout: [Int]) -> BlockedView {
    let copy = place(
      batch: view.batch, channels: view.channels.count, height: view.height, width: view.width, layout: layout)
    let plane = view.region.plane
    let (sources, targets) = lanes(of: copy) { view.channels[$0] / 16 * plane + view.channels[$0] % 16 }
    emitLayout(
      "other layout", view.region, copy.region, sources, targets, batch: view.batch, pixels: view.pixels,
      inputBatchStride: { view.region.batchStride }, inputStep: 16, outputStep: 16)
    return copy
  }

  /// The value in about as few blocks as its channels need; a copy where it is scattered over many more.
  mutating func compact(_ view: BlockedView) -> BlockedView {
    let needed = (view.channels.count + 15) / 16
    return view.blocks.count > needed + needed / 2 + 1 ? copied(view, layout: Array(view.channels.indices)) : view
  }

  /// The value laid out as `layout`; a copy where it is not.
  mutating func arranged(_ view: BlockedView, as layout: [Int]) -> BlockedView {
    view.layout == layout ? view : copied(view, layout: layout)
  }

  /// The value in a larger map, zeros around it; in the place of node `id` where it is one's output.
  mutating func padded(_ view: BlockedView, _ pads: Pads, for id: Graph.ID? = nil) -> BlockedView {
    let (height, width) = (view.height + pads.top + pads.bottom, view.width + pads.left + pads.right)
    let (batch, channels, layout) = (view.batch, view.channels.count, view.layout)
    let copy =
      if let id { place(id, layout: layout) } else {
        place(batch: batch, channels: channels, height: height, width: width, layout: layout)
      }
    let (inputs, outputs) = (view.blocks, copy.blocks)
    emit("", "zeros around", touching: [view.region, copy.region]) { binder in
      func planes(_ region: Region, _ blocks: [Int]) -> UnsafePointer<Int> {
        binder.keep((0..<view.batch).flatMap { n in blocks.map { n * region.batchStride + $0 * region.plane } })
      }
      let command = PadCommand(
        input: binder.pointer(view.region), output: binder.pointer(copy.region),
        inputPlanes: planes(view.region, inputs), outputPlanes: planes(copy.region, outputs),
        planes: view.batch * inputs.count, height: view.height, row: view.width * 16, top: pads.top,
        bottom: pads.bottom, left: pads.left * 16, right: pads.right * 16)
      return Command(function: PadCommand.run, arguments: binder.keep(command))
    }
    return copy
  }

  /// A planar image `[batch, channels, height, width]` in a larger one, zeros around it.
  mutating func emitPlanarPadding(from source: Region, to target: Region, _ shape: Shape, _ pads: Pads) {
    let planes = shape[0] * shape[1]
    let (inner, outer) = (
      shape[2] * shape[3], (shape[2] + pads.top + pads.bottom) * (shape[3] + pads.left + pads.right)
    )
    emit("", "zeros around", touching: [source, target]) { binder in
      let command = PadCommand(
        input: binder.pointer(source), output: binder.pointer(target),
        inputPlanes: binder.keep((0..<planes).map { $0 * inner }),
        outputPlanes: binder.keep((0..<planes).map { $0 * outer }), planes: planes, height: shape[2], row: shape[3],
        top: pads.top, bottom: pads.bottom, left: pads.left, right: pads.right)
      return Command(function: PadCommand.run, arguments: binder.keep(command))
    }
  }

  /// A value that depends on parameters alone, packed once and copied to where a step expects it.
  mutating func emitConstantCopy(_ id: Graph.ID, to region: Region) {
    let count = graph[id].shape.elementCount
    let number = constant([id], count: count) { values, to in
      values[0].scalars.withUnsafeBufferPointer { to.update(from: $0.baseAddress!, count: count) }
    }
    emit(graph[id].name, "constant", touching: [region]) { binder in
      let piece = CopyCommand.Piece(from: 0, to: 0, count: count)
      let command = CopyCommand(
        input: binder.pointer(constant: number), output: binder.pointer(region), pieces: binder.keep([piece]),
        pieceCount: 1)
      return Command(function: CopyCommand.run, arguments: binder.keep(command))
    }
  }

  /// Every lane of every block of a view: where its value comes from (−1: zero) and where it goes, in floats.
  private func lanes(of view: BlockedView, _ source: (Int) -> Int) -> (sources: [Int], targets: [Int]) {
    var logical: [Int: Int] = [:]
    for (channel, physical) in view.channels.enumerated() { logical[physical] = channel }
    let first = view.channels.min()! / 16
    let last = view.channels.max()! / 16
    let end = view.pixels == 1 ? first + (last - first + 2) / 2 * 2 : last + 1
    let physical = Array(first * 16..<end * 16)
    return (
      physical.map { logical[$0].map(source) ?? -1 }, physical.map { $0 / 16 * view.region.plane + $0 % 16 }
    )
  }

  private mutating func emitLayout(
    _ kernel: String, _ from: Region, _ to: Region, _ sources: [Int], _ targets: [Int], batch: Int, pixels: Int,
    inputBatchStride: @escaping @Sendable () -> Int, inputStep: Int, outputStep: Int
  ) {
    emit("", kernel, touching: [from, to]) { binder in
      let command = LayoutCommand(
        input: binder.pointer(from), output: binder.pointer(to), sources: binder.keep(sources),
        targets: binder.keep(targets), channels: sources.count, batch: batch, pixels: pixels,
        inputBatchStride: inputBatchStride(), outputBatchStride: to.batchStride, inputStep: inputStep,
        outputStep: outputStep)
      return Command(function: LayoutCommand.run, arguments: binder.keep(command))
    }
  }
}

/// How far apart images, channels and pixels of a row-major value lie.
struct PlainStrides: Sendable {
  var batch: Int
  var channel: Int
  var pixel: Int

  init(_ shape: Shape) {
    let g = BlockedGeometry(shape)
    batch = g.channels * g.pixels
    (channel, pixel) = shape.rank == 4 ? (g.pixels, 1) : (1, g.channels)
  }
}
