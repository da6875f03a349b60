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
  func pieces(_ region: Region, _ size: Int) -> BlockList {
    let offsets = Array(stride(from: 0, to: region.floats, by: size))
    return BlockList(base: pointer(region), offsets: keep(offsets), count: offsets.count)
  }
}

/// How a plain region of so many floats is cut for threads: equal pieces of whole vectors.
private func pieceSize(_ floats: Int) -> Int {
  for count in [16, 8, 4, 2] where floats % (count * 16) == 0 { return floats / count }
  return floats
}

func lowerUnary(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let call = UnaryCall(node.op) else { return false }
  let function = p.kernels.unary[call.kind.rawValue]
  let input = node.inputs[0]
  if p.hasBlocked(input) || node.shape.rank == 4 {
    let x = p.compact(p.blocked(input))
    let y = p.place(id, layout: x.layout)
    p.emit(node.name, "\(call.kind)", touching: [x.region, y.region]) { binder in
      let command = UnaryCommand(
        function: function, input: binder.list(x), output: binder.list(y), floats: x.pixels * 16, alpha: call.alpha,
        beta: call.beta)
      return Command(function: UnaryCommand.run, arguments: binder.keep(command))
    }
    p.set(id, y)
  } else {
    let x = p.plain(input)
    let y = p.placePlain(floats: node.shape.elementCount)
    let size = pieceSize(x.floats)
    p.emit(node.name, "\(call.kind)", touching: [x, y]) { binder in
      let command = UnaryCommand(
        function: function, input: binder.pieces(x, size), output: binder.pieces(y, size), floats: size,
        alpha: call.alpha, beta: call.beta)
      return Command(function: UnaryCommand.run, arguments: binder.keep(command))
    }
    p.set(id, plain: y)
  }
  return true
}

func lowerBinary(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  let kind: BinaryKind
  switch node.op {
  case is Add: kind = .add
  case is Sub: kind = .sub
  case is Mul: kind = .mul
  case is Div: kind = .div
  default: return false
  }
  let (a, b) = (node.inputs[0], node.inputs[1])
  guard p.graph[a].shape == p.graph[b].shape else { return false }
  let function = p.kernels.binary[kind.rawValue]
  // Lanes without a channel would become 0 / 0, and spread from there.
  let usesBlocks = kind != .div && !p.isConstant[a] && !p.isConstant[b] && (p.hasBlocked(a) || p.hasBlocked(b))
  if usesBlocks {
    let x = p.compact(p.blocked(a))
    let y = p.arranged(p.blocked(b), as: x.layout)
    let z = p.place(id, layout: x.layout)
    p.emit(node.name, "\(kind)", touching: [x.region, y.region, z.region]) { binder in
      let command = BinaryCommand(
        function: function, first: binder.list(x), second: binder.list(y), output: binder.list(z),
        floats: x.pixels * 16)
      return Command(function: BinaryCommand.run, arguments: binder.keep(command))
    }
    p.set(id, z)
  } else {
    let (x, y) = (p.plain(a), p.plain(b))
    let z = p.placePlain(floats: node.shape.elementCount)
    let size = pieceSize(z.floats)
    p.emit(node.name, "\(kind)", touching: [x, y, z]) { binder in
      let command = BinaryCommand(
        function: function, first: binder.pieces(x, size), second: binder.pieces(y, size),
        output: binder.pieces(z, size), floats: size)
      return Command(function: BinaryCommand.run, arguments: binder.keep(command))
    }
    p.set(id, plain: z)
  }
  return true
}

/// A map times a factor for each channel `[batch, channels, 1, 1]`: the gate of squeeze-and-excite.
func lowerGate(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard node.op is Mul, node.shape.rank == 4 else { return false }
  let shapes = p.graph.inputShapes(id)
  let gateShape: Shape = [node.shape[0], node.shape[1], 1, 1]
  guard let i = shapes.firstIndex(of: gateShape), shapes[1 - i] == node.shape, node.shape != gateShape,
    !p.isConstant[node.inputs[i]]
  else { return false }
  let x = p.compact(p.blocked(node.inputs[1 - i]))
  let gate = p.arranged(p.blocked(node.inputs[i]), as: x.layout)
  p.emitAffine(id, node, "gate", x, scale: { $0.list(gate) }, touching: [gate.region], shift: p.zeros())
  return true
}

/// A normalisation that no convolution took in.
func lowerAffine(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? ChannelAffine, node.shape.rank == 4 else { return false }
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
  /// Sixteen zeros as the shift of every block.
  fileprivate mutating func zeros() -> @Sendable (Binder) -> BlockList {
    let number = constant([], count: 16) { _, to in to.update(repeating: 0, count: 16) }
    return { binder in BlockList(base: binder.pointer(constant: number), offsets: binder.keep([Int]()), count: 0) }
  }

  fileprivate mutating func emitAffine(
    _ id: Graph.ID, _ node: Graph.Node, _ kernel: String, _ x: BlockedView,
    scale: @escaping @Sendable (Binder) -> BlockList, touching regions: [Region],
    shift: @escaping @Sendable (Binder) -> BlockList, lower: Float = -.infinity, upper: Float = .infinity
  ) {
    let y = place(id, layout: x.layout)
    let function = kernels.affine
    emit(node.name, kernel, touching: [x.region, y.region] + regions) { binder in
      let input = binder.list(x)
      var shifts = shift(binder)
      if shifts.count == 0 {
        shifts.offsets = binder.keep([Int](repeating: 0, count: input.count))
        shifts.count = input.count
      }
      let command = AffineCommand(
        function: function, input: input, scale: scale(binder), shift: shifts, output: binder.list(y),
        pixels: x.pixels, lower: lower, upper: upper)
      return Command(function: AffineCommand.run, arguments: binder.keep(command))
    }
    set(id, y)
  }
}
