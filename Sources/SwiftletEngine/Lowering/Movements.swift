import SwiftletGraph
import SwiftletKernels
import SwiftletOps

// Scalars in other places: dimensions in another order, repeated, cut out, joined, surrounded.

/// How the dimensions of an array come to lie in another: where channels and pixels go.
private struct Movement {
  typealias Dimension = StridedCopyCommand.Dimension
  /// The dimensions of the output in order, with their strides in the input's rows and in the output's.
  var dimensions: [Dimension]
  /// Which of these is the channels of the input, and which of the output.
  var inputChannel: Int?
  var outputChannel: Int?

  init(_ input: Shape, _ move: Rearrange) {
    let turned = Shape(move.permutation.map { move.split[$0] })
    let strides = move.split.strides
    dimensions = turned.indices.map {
      Dimension(extent: turned[$0], from: strides[move.permutation[$0]], to: turned.strides[$0])
    }
    let (from, to) = (BlockedGeometry.channelAxis(input), BlockedGeometry.channelAxis(move.joined))
    inputChannel = from.flatMap { axis in
      dimensions.firstIndex { $0.extent == input[axis] && $0.from == input.strides[axis] }
    }
    outputChannel = to.flatMap { axis in
      dimensions.firstIndex { $0.extent == move.joined[axis] && $0.to == move.joined.strides[axis] }
    }
  }

  /// All dimensions but the one that holds the channels.
  func others(_ channel: Int) -> [Dimension] { dimensions.indices.filter { $0 != channel }.map { dimensions[$0] } }

  /// Whether images and pixels come in the same order on both sides.
  func keepsPixels(_ channel: Int) -> Bool {
    let rest = others(channel).filter { $0.extent > 1 }
    return zip(rest, rest.dropFirst()).allSatisfy { $0.from > $1.from }
  }
}

func lowerRearrange(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? Rearrange else { return false }
  let input = node.inputs[0]
  let shape = p.graph[input].shape
  let move = Movement(shape, op)
  let (from, to) = (BlockedGeometry(shape), BlockedGeometry(node.shape))
  if p.hasBlocked(input), let channel = move.inputChannel, from.batch == to.batch || channel == move.outputChannel {
    if channel == move.outputChannel { return p.permutePixels(id, node, move, channel) }
    if move.keepsPixels(channel), let strides = rowStrides(move.dimensions, channel, from, \.to) {
      let y = p.placePlain(floats: node.shape.elementCount)
      p.emitUnblocking(from: p.blocked(input), to: y, strides)
      p.set(id, plain: y)
      return true
    }
  }
  if !p.hasBlocked(input), node.shape.rank > 2, !p.feedsProducts(id), let channel = move.outputChannel,
    let strides = rowStrides(move.dimensions, channel, to, \.from)
  {
    let y = p.place(id)
    p.emitBlocking(from: p.plain(input), to: y, strides)
    p.set(id, y)
    return true
  }
  p.emitCopy(id, node, "transpose", p.plain(input), move.dimensions)
  return true
}

/// Images, channels and pixels as seen by `stride`, where all pixels of an image are evenly spaced.
private func rowStrides(
  _ dimensions: [Movement.Dimension], _ channel: Int, _ g: BlockedGeometry, _ stride: KeyPath<Movement.Dimension, Int>
) -> PlainStrides? {
  var (pixel, batch, left) = (0, 0, g.pixels)
  for d in dimensions.indices.reversed() where d != channel && dimensions[d].extent > 1 {
    let (extent, step) = (dimensions[d].extent, dimensions[d][keyPath: stride])
    if left > 1 {
      if pixel == 0 { pixel = step }
      guard step == pixel * (g.pixels / left), left % extent == 0 else { return nil }
      left /= extent
    } else {
      if batch == 0 { batch = step }
      guard batch == step || dimensions[d].extent == 1 else { return nil }
    }
  }
  let images = dimensions.indices.filter { $0 != channel }.reduce(1) { $0 * dimensions[$1].extent } / max(1, g.pixels)
  guard left == 1, images == g.batch else { return nil }
  return PlainStrides(batch: batch, channel: dimensions[channel][keyPath: stride], pixel: pixel)
}

extension Planner {
  /// Whether a matrix product reads the value, which wants it in rows.
  fileprivate func feedsProducts(_ id: Graph.ID) -> Bool {
    graph.nodes.contains { $0.op is MatMul && $0.inputs.contains(id) }
  }

  /// The channels of each pixel stay together: the same memory where pixels keep their order, else copies of whole blocks.
  fileprivate mutating func permutePixels(
    _ id: Graph.ID, _ node: Graph.Node, _ move: Movement, _ channel: Int
  ) -> Bool {
    let (from, to) = (BlockedGeometry(graph[node.inputs[0]].shape), BlockedGeometry(node.shape))
    let view = blocked(node.inputs[0])
    if from.batch == to.batch, move.keepsPixels(channel) {
      setView(id, BlockedView(region: view.region, height: to.height, width: to.width, channels: view.channels))
      return true
    }
    // In elements of rows a step is so many images and so many pixels.
    let strides = PlainStrides(graph[node.inputs[0]].shape)
    let targets = PlainStrides(node.shape)
    let others = move.others(channel).filter { $0.extent > 1 }
    guard others.allSatisfy({ isWhole($0.from, $0.extent, strides) && isWhole($0.to, $0.extent, targets) }) else {
      emitCopy(id, node, "transpose", plain(node.inputs[0]), move.dimensions)
      return true
    }
    let x = consecutive(compact(view))
    let y = place(id, layout: x.layout)
    let (blocks, first, last) = (x.blocks.count, x.blocks[0], y.blocks[0])
    emitStrided(node.name, "pixels", x, y, offsets: { (first * x.region.plane, last * y.region.plane) }) {
      others.map {
        Movement.Dimension(
          extent: $0.extent, from: floats($0.from, strides, x.region), to: floats($0.to, targets, y.region))
      } + [
        Movement.Dimension(extent: blocks, from: x.region.plane, to: y.region.plane),
        Movement.Dimension(extent: 16, from: 1, to: 1),
      ]
    }
    set(id, y)
    return true
  }

  /// Pixels of a map into another one of the same layout, from a pixel on and to a pixel on.
  fileprivate mutating func emitPixels(
    _ name: String, _ kernel: String, _ x: BlockedView, _ y: BlockedView, _ height: Int, _ width: Int, from: Int,
    to: Int, steps: (rows: Int, columns: Int)
  ) {
    let (blocks, first, last) = (x.blocks.count, x.blocks[0], y.blocks[0])
    let floats = x.batch * blocks * height * width * 16
    emitStrided(
      name, kernel, Part(region: x.region, floats: floats), Part(region: y.region, floats: floats),
      offsets: { (first * x.region.plane + from * 16, last * y.region.plane + to * 16) }
    ) {
      [
        .init(extent: x.batch, from: x.region.batchStride, to: y.region.batchStride),
        .init(extent: blocks, from: x.region.plane, to: y.region.plane),
        .init(extent: height, from: steps.rows * x.width * 16, to: y.width * 16),
        .init(extent: width, from: steps.columns * 16, to: 16), .init(extent: 16, from: 1, to: 1),
      ]
    }
  }

  /// The view with blocks side by side.
  fileprivate mutating func consecutive(_ view: BlockedView) -> BlockedView {
    let blocks = view.blocks
    return blocks.last! - blocks[0] + 1 == blocks.count ? view : copied(view, layout: view.layout)
  }

  /// A copy in rows with such dimensions.
  mutating func emitCopy(
    _ id: Graph.ID, _ node: Graph.Node, _ kernel: String, _ x: Region, _ dimensions: [StridedCopyCommand.Dimension],
    offset: Int = 0
  ) {
    let y = placePlain(floats: node.shape.elementCount)
    let read = Part(region: x, floats: min(x.floats, y.floats))
    emitStrided(node.name, kernel, read, y, offsets: { (offset, 0) }) { dimensions }
    set(id, plain: y)
  }

  mutating func emitStrided(
    _ name: String, _ kernel: String, _ x: any Place, _ y: any Place,
    offsets: @escaping @Sendable () -> (from: Int, to: Int),
    _ dimensions: @escaping @Sendable () -> [StridedCopyCommand.Dimension]
  ) {
    let function = kernels.move
    emit(name, kernel, touching: [x, y]) { binder in
      var outer = collapsed(dimensions())
      let columns = outer.removeLast()
      let turned = columns.from == 1 ? nil : outer.firstIndex { $0.from == 1 }
      let rows = outer.isEmpty ? .init(extent: 1, from: 0, to: 0) : outer.remove(at: turned ?? outer.count - 1)
      let command = StridedCopyCommand(
        function: function, input: binder.pointer(x.region) + offsets().from,
        output: binder.pointer(y.region) + offsets().to,
        outer: binder.keep(outer), outerCount: outer.count, matrices: outer.reduce(1) { $0 * $1.extent }, rows: rows,
        columns: columns, chunk: max(16, 4096 / columns.extent / 16 * 16))
      return Command(function: StridedCopyCommand.run, arguments: binder.keep(command))
    }
  }
}

/// Whether a step of rows, repeated so often, is a number of pixels within an image, or of images.
private func isWhole(_ step: Int, _ extent: Int, _ strides: PlainStrides) -> Bool {
  step >= strides.batch ? step % strides.batch == 0 : step * extent <= strides.batch && step % strides.pixel == 0
}

/// A step of rows as a step of blocks.
private func floats(_ step: Int, _ strides: PlainStrides, _ region: Region) -> Int {
  step >= strides.batch ? step / strides.batch * region.batchStride : step / strides.pixel * 16
}

/// Without dimensions of one value, and neighbours joined that are one on both sides; at least one is left.
private func collapsed(_ dimensions: [StridedCopyCommand.Dimension]) -> [StridedCopyCommand.Dimension] {
  var result: [StridedCopyCommand.Dimension] = []
  for d in dimensions where d.extent > 1 {
    if let last = result.last, last.from == d.from * d.extent, last.to == d.to * d.extent {
      result[result.count - 1] = .init(extent: last.extent * d.extent, from: d.from, to: d.to)
    } else {
      result.append(d)
    }
  }
  return result.isEmpty ? [.init(extent: 1, from: 1, to: 1)] : result
}

/// Another shape of the same scalars: rows stay where they are, and blocks where channels stay channels.
func lowerReshape(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard node.op is Reshape || node.op is Flatten else { return false }
  let input = node.inputs[0]
  let shape = p.graph[input].shape
  let (from, to) = (BlockedGeometry(shape), BlockedGeometry(node.shape))
  let steps = [shape, node.shape].map { shape in BlockedGeometry.channelAxis(shape).map { shape.strides[$0] } }
  let staysChannels = steps[0] != nil && steps[0] == steps[1] && from.channels == to.channels && from.batch == to.batch
  if p.hasBlocked(input), staysChannels || (from.channels == to.channels && from.pixels == 1 && to.pixels == 1) {
    var view = p.blocked(input)
    (view.height, view.width) = (to.height, to.width)
    p.setView(id, view)
  } else {
    p.set(id, plain: p.plain(input))
  }
  return true
}

/// A range of positions of any dimension: of pixels in blocks, else in rows.
func lowerSlice(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? Slice else { return false }
  let input = node.inputs[0]
  if p.hasBlocked(input), let axis = pixelAxis(op.axis, node.shape) {
    let x = p.consecutive(p.compact(p.blocked(input)))
    let y = p.place(id, layout: x.layout)
    let steps = axis == 0 ? (op.step, 1) : (1, op.step)
    p.emitPixels(
      node.name, "slice", x, y, y.height, y.width, from: op.start * (axis == 0 ? x.width : 1), to: 0, steps: steps)
    p.set(id, y)
    return true
  }
  let strides = p.graph[input].shape.strides
  let dimensions = node.shape.indices.map { d in
    StridedCopyCommand.Dimension(
      extent: node.shape[d], from: strides[d] * (d == op.axis ? op.step : 1), to: node.shape.strides[d])
  }
  p.emitCopy(id, node, "slice", p.plain(input), dimensions, offset: op.start * strides[op.axis])
  return true
}

/// 0 for a dimension that is the rows of maps, 1 for the columns, or tokens.
private func pixelAxis(_ axis: Int, _ shape: Shape) -> Int? {
  switch (shape.rank, axis) {
  case (4, 2): 0
  case (4, 3), (3, 1): 1
  default: nil
  }
}

/// Dimensions of size 1 repeated, in rows.
func lowerExpand(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard node.op is Expand else { return false }
  let source = p.graph[node.inputs[0]].shape.padded(node.shape.rank)
  let dimensions = node.shape.indices.map { d in
    StridedCopyCommand.Dimension(
      extent: node.shape[d], from: source[d] == 1 ? 0 : source.strides[d], to: node.shape.strides[d])
  }
  p.emitCopy(id, node, "expand", p.plain(node.inputs[0]), dimensions)
  return true
}

/// Arrays one after another along any dimension: pixels in blocks, else in rows; a copy of each.
func lowerConcat(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? Concat else { return false }
  var start = 0
  if let axis = pixelAxis(op.axis, node.shape), node.inputs.contains(where: { p.hasBlocked($0) }) {
    let y = p.place(id)
    for input in node.inputs {
      let x = p.arranged(p.blocked(input), as: y.layout)
      p.emitPixels(
        node.name, "concatenate", x, y, x.height, x.width, from: 0, to: start * (axis == 0 ? y.width : 1),
        steps: (1, 1))
      start += axis == 0 ? x.height : x.width
    }
    p.set(id, y)
    return true
  }
  let y = p.placePlain(floats: node.shape.elementCount)
  let strides = node.shape.strides
  for input in node.inputs {
    let shape = p.graph[input].shape
    let offset = start * strides[op.axis]
    let x = p.plain(input)
    p.emitStrided(
      node.name, "concatenate", x, Part(region: y, floats: x.floats), offsets: { (0, offset) }
    ) {
      shape.indices.map { .init(extent: shape[$0], from: shape.strides[$0], to: strides[$0]) }
    }
    start += shape[op.axis]
  }
  p.set(id, plain: y)
  return true
}

/// Positions of a dimension that another value names: of channels in blocks, else in rows.
func lowerGather(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? SwiftletOps.Gather else { return false }
  let (input, function) = (node.inputs[0], p.kernels.move)
  let (shape, indices) = (p.graph[input].shape, p.plain(node.inputs[1]))
  let (sourceCount, count) = (shape[op.axis], node.shape[op.axis])
  if p.hasBlocked(input), op.axis == BlockedGeometry.channelAxis(shape) {
    let (x, y) = (p.blocked(input), p.place(id))
    func starts(_ view: BlockedView) -> [Int] { view.channels.map { $0 / 16 * view.region.plane + $0 % 16 } }
    let (sources, targets) = (starts(x), starts(y))
    p.emit(node.name, "gather", touching: [Part(region: x.region, floats: y.floats), y, indices]) { binder in
      let command = GatherCommand(
        function: function, input: binder.pointer(x.region), output: binder.pointer(y.region),
        indices: binder.pointer(indices), sources: binder.keep(sources), sourceCount: sourceCount,
        targets: binder.keep(targets), count: count, batch: x.batch, inputBatchStride: x.region.batchStride,
        outputBatchStride: y.region.batchStride, pieces: x.pixels, size: 1, step: 16)
      return Command(function: GatherCommand.run, arguments: binder.keep(command))
    }
    p.set(id, y)
    return true
  }
  let run = shape.strides[op.axis]
  let outer = shape[..<op.axis].reduce(1, *)
  let (x, y) = (p.plain(input), p.placePlain(floats: node.shape.elementCount))
  p.emit(node.name, "gather", touching: [Part(region: x, floats: y.floats), y, indices]) { binder in
    let command = GatherCommand(
      function: function, input: binder.pointer(x), output: binder.pointer(y), indices: binder.pointer(indices),
      sources: binder.keep((0..<sourceCount).map { $0 * run }), sourceCount: sourceCount,
      targets: binder.keep((0..<count).map { $0 * run }), count: count, batch: outer,
      inputBatchStride: sourceCount * run, outputBatchStride: count * run, pieces: 1, size: run, step: 0)
    return Command(function: GatherCommand.run, arguments: binder.keep(command))
  }
  p.set(id, plain: y)
  return true
}

/// Blocks of channels as squares of pixels.
func lowerDepthToSpace(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? DepthToSpace else { return false }
  let (b, x) = (op.blockSize, p.graph[node.inputs[0]].shape)
  let split: Shape = [x[0], node.shape[1], b, b, x[2], x[3]]
  let move = Movement(x, Rearrange(split: split, permutation: [0, 1, 4, 2, 5, 3], joined: node.shape))
  p.emitCopy(id, node, "depth to space", p.plain(node.inputs[0]), move.dimensions)
  return true
}

/// A constant around a map.
func lowerPad(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? Pad else { return false }
  let input = node.inputs[0]
  if p.hasBlocked(input) {
    p.set(id, p.padded(p.compact(p.blocked(input)), op.pads, value: op.value, for: id))
  } else {
    let y = p.placePlain(floats: node.shape.elementCount)
    p.emitPlanarPadding(from: p.plain(input), to: y, p.graph[input].shape, op.pads, value: op.value, for: node.name)
    p.set(id, plain: y)
  }
  return true
}
