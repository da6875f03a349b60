import SwiftletGraph
import SwiftletKernels
import SwiftletOps

extension Binder {
  /// The blocks of a view, image after image.
  func list(_ view: BlockedView) -> BlockList {
    let blocks = view.blocks
    let offsets = (0..<view.batch).flatMap { n in
      blocks.map { n * view.region.batchStride + $0 * view.region.plane }
    }
    return BlockList(base: pointer(view.region), offsets: keep(offsets), count: offsets.count)
  }

  /// A plain region as pieces that threads can share.
  func pieces(_ region: Region, _ size: Int, _ count: Int) -> BlockList {
    let offsets = (0..<count).map { $0 * size }
    return BlockList(base: pointer(region), offsets: keep(offsets), count: offsets.count)
  }
}

/// How a plain region of so many floats is cut for threads: equal pieces of whole vectors.
func pieceSize(_ floats: Int) -> Int {
  for count in [16, 8, 4, 2] where floats % (count * 16) == 0 { return floats / count }
  return floats
}

func lowerUnary(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let call = UnaryCall(node.op) else { return false }
  let function = p.kernels.unary[call.kind.rawValue]
  let input = node.inputs[0]
  if p.hasBlocked(input) {
    let x = p.compact(p.blocked(input))
    let y = p.place(id, over: x)
    let share = p.sharePixels(y)
    p.emit(node.name, "\(call.kind)", touching: [x, y]) { binder in
      let command = UnaryCommand(
        function: function, input: binder.list(x), output: binder.list(y), share: share, floats: 16,
        alpha: call.alpha, beta: call.beta)
      return Command(function: UnaryCommand.run, arguments: binder.keep(command))
    }
    p.set(id, y)
  } else {
    let x = p.plain(input)
    let y = p.placePlain(floats: node.shape.elementCount)
    let size = pieceSize(x.floats)
    p.emit(node.name, "\(call.kind)", touching: [x, y]) { binder in
      let command = UnaryCommand(
        function: function, input: binder.pieces(x, size, x.floats / size),
        output: binder.pieces(y, size, x.floats / size),
        share: MapShare(maps: x.floats / size, rows: 1, splitsRows: false), floats: size, alpha: call.alpha,
        beta: call.beta)
      return Command(function: UnaryCommand.run, arguments: binder.keep(command))
    }
    p.set(id, plain: y)
  }
  return true
}

/// A normalisation that no convolution took in.
func lowerAffine(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? ChannelAffine, node.shape.rank == 4 || node.shape.rank == 2 else { return false }
  let x = p.compact(p.blocked(node.inputs[0]))
  let layout = x.layout
  let (blocks, batch) = (x.blocks.count, x.batch)
  func perChannel(_ source: Graph.ID) -> @Sendable (Binder) -> BlockList {
    let number = p.constant([source], count: blocks * 16) { values, to in
      to.update(repeating: 0, count: blocks * 16)
      for (channel, physical) in layout.enumerated() { to[physical] = values[0].scalars[channel] }
    }
    return { binder in
      let offsets = (0..<batch).flatMap { _ in (0..<blocks).map { $0 * 16 } }
      return BlockList(base: binder.pointer(constant: number), offsets: binder.keep(offsets), count: offsets.count)
    }
  }
  p.emitAffine(
    id, node, "affine", x, scale: perChannel(node.inputs[1]), touching: [], shift: perChannel(node.inputs[2]),
    lower: op.clamp.alpha, upper: op.clamp.beta)
  return true
}

extension Planner {
  mutating func emitAffine(
    _ id: Graph.ID, _ node: Graph.Node, _ kernel: String, _ x: BlockedView,
    scale: @escaping @Sendable (Binder) -> BlockList, touching others: [any Place],
    shift: @escaping @Sendable (Binder) -> BlockList, lower: Float = -.infinity, upper: Float = .infinity
  ) {
    let y = place(id, over: x)
    let (function, share) = (kernels.affine, sharePixels(y))
    emit(node.name, kernel, touching: [x, y] + others) { binder in
      let input = binder.list(x)
      let command = AffineCommand(
        function: function, input: input, scale: scale(binder), shift: shift(binder), output: binder.list(y),
        share: share, lower: lower, upper: upper)
      return Command(function: AffineCommand.run, arguments: binder.keep(command))
    }
    set(id, y)
  }
}
