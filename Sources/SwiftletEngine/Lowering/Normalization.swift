import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// The last dimension normalised: the channels of each pixel in blocks, else rows.
func lowerLayerNorm(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? LayerNormalization, p.isConstant[node.inputs[1]], p.isConstant[node.inputs[2]] else {
    return false
  }
  if p.hasBlocked(node.inputs[0]), BlockedGeometry.channelAxis(node.shape) == node.shape.rank - 1 {
    p.emitChannelNorm(id, node, op)
  } else {
    p.emitRowNorm(id, node, op)
  }
  return true
}

/// Groups of channels over all their pixels: moments of blocks, from these a factor and a summand for each channel.
func lowerGroupNorm(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? GroupNormalization, node.shape.rank == 4, p.isConstant[node.inputs[1]],
    p.isConstant[node.inputs[2]]
  else { return false }
  let x = p.compact(p.blocked(node.inputs[0]))
  let (blocks, batch, channels) = (x.blocks.count, x.batch, x.channels.count)
  let moments = p.placePlain(floats: batch * blocks * 32)
  let (factors, summands) = (
    p.placePlain(floats: batch * blocks * 16), p.placePlain(floats: batch * blocks * 16)
  )
  let momentsFunction = p.kernels.moments
  p.emit(node.name, "moments", touching: [x, moments]) { binder in
    let command = MomentsCommand(
      function: momentsFunction, input: binder.list(x), pixels: x.pixels, output: binder.pointer(moments))
    return Command(function: MomentsCommand.run, arguments: binder.keep(command))
  }
  let (scale, shift) = (p.lanes(node.inputs[1], x.layout, blocks), p.lanes(node.inputs[2], x.layout, blocks))
  var groups = [Int](repeating: -1, count: blocks * 16)
  for (channel, lane) in x.layout.enumerated() { groups[lane] = channel / (channels / op.groups) }
  let laneGroups = groups
  p.emit(node.name, "group factors", touching: [moments, factors, summands]) { binder in
    let command = GroupFactorsCommand(
      moments: binder.pointer(moments), groups: binder.keep(laneGroups), groupCount: op.groups,
      groupChannels: channels / op.groups, blocks: blocks, batch: batch, pixels: x.pixels,
      scale: binder.pointer(constant: scale), shift: binder.pointer(constant: shift), epsilon: op.epsilon,
      factors: binder.pointer(factors), summands: binder.pointer(summands))
    return Command(function: GroupFactorsCommand.run, arguments: binder.keep(command))
  }
  p.emitAffine(
    id, node, "group norm", x, scale: { $0.pieces(factors, 16, batch * blocks) }, touching: [factors, summands],
    shift: { $0.pieces(summands, 16, batch * blocks) })
  return true
}

func lowerSimAM(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? SimAM else { return false }
  let x = p.compact(p.blocked(node.inputs[0]))
  let y = p.place(id, layout: x.layout)
  let function = p.kernels.simAM
  p.emit(node.name, "SimAM", touching: [x, y]) { binder in
    let command = SimAMCommand(
      function: function, input: binder.list(x), output: binder.list(y), pixels: x.pixels, lambda: op.lambda)
    return Command(function: SimAMCommand.run, arguments: binder.keep(command))
  }
  p.set(id, y)
  return true
}

func lowerLRN(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  // The kernel's logarithm is that of numbers above 0.
  guard let op = node.op as? LRN, op.bias > 0, op.alpha >= 0 else { return false }
  let x = p.plain(node.inputs[0])
  let y = p.placePlain(floats: node.shape.elementCount)
  var a = LRNArguments()
  (a.channels, a.plane) = (node.shape[1], node.shape[2] * node.shape[3])
  (a.before, a.after) = ((op.size - 1) / 2, op.size / 2)
  (a.factor, a.bias, a.beta) = (op.alpha / Float(op.size), op.bias, op.beta)
  let (arguments, function) = (a, p.kernels.lrn)
  p.emit(node.name, "LRN", touching: [x, y]) { binder in
    let command = LRNCommand(
      arguments: arguments, function: function, input: binder.pointer(x), output: binder.pointer(y),
      batch: node.shape[0])
    return Command(function: LRNCommand.run, arguments: binder.keep(command))
  }
  p.set(id, plain: y)
  return true
}

extension Planner {
  fileprivate mutating func emitChannelNorm(_ id: Graph.ID, _ node: Graph.Node, _ op: LayerNormalization) {
    let x = compact(blocked(node.inputs[0]))
    let y = place(id, layout: x.layout)
    let (layout, blocks) = (x.layout, x.blocks.count)
    let mask = constant([], count: blocks * 16) { _, to in
      to.update(repeating: 0, count: blocks * 16)
      for physical in layout { to[physical] = 1 }
    }
    let (scale, shift) = (lanes(node.inputs[1], layout, blocks), lanes(node.inputs[2], layout, blocks))
    let function = kernels.channelNorm
    emit(node.name, "layer norm", touching: [x, y]) { binder in
      let arguments = ChannelNormArguments(
        inputBlocks: binder.keep(x.blocks.map { $0 * x.region.plane }),
        outputBlocks: binder.keep(y.blocks.map { $0 * y.region.plane }), blocks: blocks, channels: layout.count,
        mask: binder.pointer(constant: mask), scale: binder.pointer(constant: scale),
        shift: binder.pointer(constant: shift), epsilon: op.epsilon)
      let command = ChannelNormCommand(
        arguments: arguments, function: function, input: binder.pointer(x.region), output: binder.pointer(y.region),
        batch: x.batch, pixels: x.pixels, inputBatchStride: x.region.batchStride,
        outputBatchStride: y.region.batchStride)
      return Command(function: ChannelNormCommand.run, arguments: binder.keep(command))
    }
    set(id, y)
  }

  fileprivate mutating func emitRowNorm(_ id: Graph.ID, _ node: Graph.Node, _ op: LayerNormalization) {
    let size = node.shape[node.shape.rank - 1]
    let rows = node.shape.elementCount / size
    let (x, scale, shift) = (plain(node.inputs[0]), plain(node.inputs[1]), plain(node.inputs[2]))
    let y = placePlain(floats: node.shape.elementCount)
    let function = kernels.layerNorm
    emit(node.name, "layer norm", touching: [x, y]) { binder in
      let command = LayerNormCommand(
        function: function, input: binder.pointer(x), output: binder.pointer(y), scale: binder.pointer(scale),
        shift: binder.pointer(shift), rows: rows, size: size, epsilon: op.epsilon)
      return Command(function: LayerNormCommand.run, arguments: binder.keep(command))
    }
    set(id, plain: y)
  }

  /// A constant `[channels]` in the lanes of a layout, 0 in the others.
  mutating func lanes(_ source: Graph.ID, _ layout: [Int], _ blocks: Int) -> Int {
    constant([source], count: blocks * 16) { values, to in
      to.update(repeating: 0, count: blocks * 16)
      for (channel, physical) in layout.enumerated() { to[physical] = values[0].scalars[channel] }
    }
  }
}
