import SwiftletGraph
import SwiftletKernels
import SwiftletOps

// Steps that bring a value into another form: rows to blocks and back, other layouts, borders.

extension Planner {
  /// Rows to blocks. Lanes that belong to no channel become zero.
  mutating func emitBlocking(from source: Region, to view: BlockedView, _ rows: PlainStrides) {
    let lanes = lanes(of: view) { $0 * rows.channel }
    emitLayout(
      "rows to blocks", source, view, runs(lanes, rows.channel, 1), of: view,
      inputBatchStride: { rows.batch }, input: (rows.pixel, rows.channel),
      outputBatchStride: { view.region.batchStride },
      output: (16, 1))
  }

  /// Blocks to rows.
  mutating func emitUnblocking(from view: BlockedView, to region: Region, _ rows: PlainStrides) {
    let plane = view.region.plane
    let lanes = view.channels.enumerated().map { ($1 / 16 * plane + $1 % 16, $0 * rows.channel) }
    emitLayout(
      "blocks to rows", view, region, runs(lanes, 1, rows.channel), of: view,
      inputBatchStride: { view.region.batchStride }, input: (16, 1), outputBatchStride: { rows.batch },
      output: (rows.pixel, rows.channel))
  }

  /// The value with its channels laid out as `layout`, in a place of its own, that of node `id` where it is one's output.
  mutating func copied(_ view: BlockedView, layout: [Int], for id: Graph.ID? = nil) -> BlockedView {
    let copy =
      if let id { place(id, layout: layout) } else {
        place(batch: view.batch, channels: view.channels.count, height: view.height, width: view.width, layout: layout)
      }
    let plane = view.region.plane
    let lanes = lanes(of: copy) { view.channels[$0] / 16 * plane + view.channels[$0] % 16 }
    emitLayout(
      "other layout", view, copy, runs(lanes, 1, 1), of: view,
      inputBatchStride: { view.region.batchStride }, input: (16, 1),
      outputBatchStride: { copy.region.batchStride }, output: (16, 1))
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

  /// The value in a larger map, `value` around it; in the place of node `id` where it is one's output.
  mutating func padded(_ view: BlockedView, _ pads: Pads, value: Float = 0, for id: Graph.ID? = nil) -> BlockedView {
    let (height, width) = (view.height + pads.top + pads.bottom, view.width + pads.left + pads.right)
    let (batch, channels, layout) = (view.batch, view.channels.count, view.layout)
    let copy =
      if let id { place(id, layout: layout) } else {
        place(batch: batch, channels: channels, height: height, width: width, layout: layout)
      }
    emitPadding(id.map { graph[$0].name } ?? "", "pad", view, copy, pads, value)
    return copy
  }

  /// A place for the output of node `id` with zeros around it, which are written now.
  mutating func place(_ id: Graph.ID, within border: Pads) -> BlockedView {
    let shape = graph[id].shape
    var view = place(
      batch: shape[0], channels: shape[1], height: border.top + shape[2] + border.bottom,
      width: border.left + shape[3] + border.right)
    let whole = view
    (view.height, view.width, view.border) = (shape[2], shape[3], border)
    emitPadding("", "border", nil, whole, border, 0)
    return view
  }

  /// What lies around a map in a larger one, and the map itself unless other steps write it.
  private mutating func emitPadding(
    _ name: String, _ kernel: String, _ map: BlockedView?, _ whole: BlockedView, _ pads: Pads, _ value: Float
  ) {
    let (height, width) = (whole.height - pads.top - pads.bottom, whole.width - pads.left - pads.right)
    let (inputs, outputs) = (map?.blocks ?? [], whole.blocks)
    let written = map == nil ? whole.batch * outputs.count * 16 * (whole.pixels - height * width) : whole.floats
    let share = shareRows(whole)
    let target = Part(region: whole.region, floats: written)
    emit(name, kernel, touching: [target] + (map.map { [$0] } ?? [])) { binder in
      func planes(_ region: Region, _ blocks: [Int]) -> UnsafePointer<Int> {
        binder.keep((0..<whole.batch).flatMap { n in blocks.map { n * region.batchStride + $0 * region.plane } })
      }
      let command = PadCommand(
        input: map.map { UnsafePointer(binder.pointer($0.region)) }, output: binder.pointer(whole.region),
        inputPlanes: planes(map?.region ?? whole.region, inputs), outputPlanes: planes(whole.region, outputs),
        share: share, height: height, row: width * 16, top: pads.top, left: pads.left * 16, right: pads.right * 16,
        value: value)
      return Command(function: PadCommand.run, arguments: binder.keep(command))
    }
  }

  /// A planar image `[batch, channels, height, width]` in a larger one, `value` around it.
  mutating func emitPlanarPadding(
    from source: Region, to target: Region, _ shape: Shape, _ pads: Pads, value: Float = 0, for name: String = ""
  ) {
    let planes = shape[0] * shape[1]
    let (inner, outer) = (
      shape[2] * shape[3], (shape[2] + pads.top + pads.bottom) * (shape[3] + pads.left + pads.right)
    )
    let rows = pads.top + shape[2] + pads.bottom
    let share = MapShare(maps: planes, rows: rows, splitsRows: shape[0] == 1 && rows >= 16 * threads)
    emit(name, "pad", touching: [source, target]) { binder in
      let command = PadCommand(
        input: binder.pointer(source), output: binder.pointer(target),
        inputPlanes: binder.keep((0..<planes).map { $0 * inner }),
        outputPlanes: binder.keep((0..<planes).map { $0 * outer }), share: share, height: shape[2], row: shape[3],
        top: pads.top, left: pads.left, right: pads.right, value: value)
      return Command(function: PadCommand.run, arguments: binder.keep(command))
    }
  }

  /// Every lane of every block of a view: where its value comes from (−1: zero) and where it goes, in floats.
  private func lanes(of view: BlockedView, _ source: (Int) -> Int) -> [(from: Int, to: Int)] {
    var logical: [Int: Int] = [:]
    for (channel, physical) in view.channels.enumerated() { logical[physical] = channel }
    let first = view.channels.min()! / 16
    let last = view.channels.max()! / 16
    let end = view.pixels == 1 ? first + (last - first + 2) / 2 * 2 : last + 1
    return (first * 16..<end * 16).map {
      (logical[$0].map(source) ?? -1, $0 / 16 * view.region.plane + $0 % 16)
    }
  }

  /// Lanes that go together: up to 16 in a row, as far apart as channels are on both sides, or all zero.
  private func runs(_ lanes: [(from: Int, to: Int)], _ fromStep: Int, _ toStep: Int) -> [LayoutCommand.Run] {
    var runs: [LayoutCommand.Run] = []
    for lane in lanes {
      if let last = runs.last, last.count < 16, lane.to == last.to + last.count * toStep,
        lane.from == (last.from < 0 ? -1 : last.from + last.count * fromStep)
      {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(LayoutCommand.Run(from: lane.from, to: lane.to, count: 1))
      }
    }
    return runs
  }

  private mutating func emitLayout(
    _ kernel: String, _ from: any Place, _ to: any Place, _ runs: [LayoutCommand.Run], of view: BlockedView,
    inputBatchStride: @escaping @Sendable () -> Int, input: (pixel: Int, channel: Int),
    outputBatchStride: @escaping @Sendable () -> Int, output: (pixel: Int, channel: Int)
  ) {
    let function = kernels.move
    let map = sharePixels(view)
    let share = MapShare(maps: view.batch * runs.count, rows: map.rows, splitsRows: map.splitsRows)
    emit("", kernel, touching: [from, to]) { binder in
      let command = LayoutCommand(
        function: function, input: binder.pointer(from.region), output: binder.pointer(to.region),
        runs: binder.keep(runs),
        runCount: runs.count, share: share, inputBatchStride: inputBatchStride(),
        outputBatchStride: outputBatchStride(), inputPixel: input.pixel, inputChannel: input.channel,
        outputPixel: output.pixel, outputChannel: output.channel)
      return Command(function: LayoutCommand.run, arguments: binder.keep(command))
    }
  }
}

/// How far apart images, channels and pixels of a row-major value lie.
struct PlainStrides: Sendable {
  var batch: Int
  var channel: Int
  var pixel: Int

  init(batch: Int, channel: Int, pixel: Int) { (self.batch, self.channel, self.pixel) = (batch, channel, pixel) }

  init(_ shape: Shape) {
    let g = BlockedGeometry(shape)
    batch = g.channels * g.pixels
    (channel, pixel) = shape.rank == 4 ? (g.pixels, 1) : (1, g.channels)
  }
}
