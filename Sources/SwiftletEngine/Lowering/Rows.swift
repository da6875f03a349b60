import SwiftletGraph
import SwiftletKernels
import SwiftletOps

// Operators on row-major values.

func lowerSoftmax(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard node.op is Softmax else { return false }
  let x = p.plain(node.inputs[0])
  let y = p.placePlain(floats: node.shape.elementCount)
  let size = node.shape[node.shape.rank - 1]
  let rows = node.shape.elementCount / size
  let function = p.kernels.softmax
  p.emit(node.name, "softmax", touching: [x, y]) { binder in
    let command = SoftmaxCommand(
      function: function, input: binder.pointer(x), output: binder.pointer(y), rows: rows, size: size)
    return Command(function: SoftmaxCommand.run, arguments: binder.keep(command))
  }
  p.set(id, plain: y)
  return true
}

func lowerLayerNorm(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? LayerNormalization, p.isConstant[node.inputs[1]], p.isConstant[node.inputs[2]] else {
    return false
  }
  let x = p.plain(node.inputs[0])
  let y = p.placePlain(floats: node.shape.elementCount)
  let size = node.shape[node.shape.rank - 1]
  let rows = node.shape.elementCount / size
  let vectors = [node.inputs[1], node.inputs[2]].map { source in
    p.constant([source], count: size) { values, to in
      values[0].scalars.withUnsafeBufferPointer { to.update(from: $0.baseAddress!, count: size) }
    }
  }
  let function = p.kernels.layerNorm
  p.emit(node.name, "layer norm", touching: [x, y]) { binder in
    let command = LayerNormCommand(
      function: function, input: binder.pointer(x), output: binder.pointer(y),
      scale: binder.pointer(constant: vectors[0]), shift: binder.pointer(constant: vectors[1]), rows: rows, size: size,
      epsilon: op.epsilon)
    return Command(function: LayerNormCommand.run, arguments: binder.keep(command))
  }
  p.set(id, plain: y)
  return true
}

func lowerAttention(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? Attention else { return false }
  let (q, k, v) = (p.plain(node.inputs[0]), p.plain(node.inputs[1]), p.plain(node.inputs[2]))
  let shapes = p.graph.inputShapes(id)
  var a = AttentionArguments()
  (a.queries, a.keys) = (shapes[0][1], shapes[1][1])
  (a.size, a.valueSize) = (shapes[0][2] / op.heads, shapes[2][2] / op.heads)
  (a.queryStride, a.keyStride, a.valueStride, a.outputStride) = (shapes[0][2], shapes[1][2], shapes[2][2], shapes[2][2])
  a.scale = op.scale
  let arguments = a
  let y = p.placePlain(floats: node.shape.elementCount)
  let stride = (a.scratch + 31) / 32 * 32
  let scratch = p.placePlain(floats: stride * p.threads)
  let function = p.kernels.attention
  let macs = op.cost(shapes, node.shape).multiplyAdds
  p.emit(node.name, "attention", multiplyAdds: macs, touching: [q, k, v, y, scratch]) { binder in
    let command = AttentionCommand(
      arguments: arguments, function: function, query: binder.pointer(q), key: binder.pointer(k),
      value: binder.pointer(v), output: binder.pointer(y), scratch: binder.pointer(scratch), scratchStride: stride,
      batch: node.shape[0], heads: op.heads)
    return Command(function: AttentionCommand.run, arguments: binder.keep(command))
  }
  p.set(id, plain: y)
  return true
}

/// Another shape of the same scalars: rows stay where they are, and so do vectors in blocks.
func lowerReshape(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard node.op is Reshape || node.op is Flatten else { return false }
  let input = node.inputs[0]
  let (from, to) = (BlockedGeometry(p.graph[input].shape), BlockedGeometry(node.shape))
  if p.hasBlocked(input), from.batch == to.batch, from.channels == to.channels, from.pixels == 1, to.pixels == 1 {
    p.set(id, p.blocked(input))
  } else {
    p.set(id, plain: p.plain(input))
  }
  return true
}

func lowerTranspose(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? Transpose else { return false }
  let x = p.plain(node.inputs[0])
  let y = p.placePlain(floats: node.shape.elementCount)
  let strides = p.graph[node.inputs[0]].shape.strides
  let ordered = op.permutation.map { strides[$0] }
  p.emit(node.name, "transpose", touching: [x, y]) { binder in
    let command = TransposeCommand(
      input: binder.pointer(x), output: binder.pointer(y), rank: node.shape.rank,
      extents: binder.keep(node.shape.dimensions), strides: binder.keep(ordered))
    return Command(function: TransposeCommand.run, arguments: binder.keep(command))
  }
  p.set(id, plain: y)
  return true
}
