import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// Linear layers: on vectors as matrix × vector, on tokens as a 1×1 convolution.
func lowerGemm(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? FusedGemm, p.isConstant[node.inputs[1]], p.isConstant[node.inputs[2]] else { return false }
  switch node.shape.rank {
  case 2: lowerVectors(&p, id, node, op.activation)
  case 3: lowerTokens(&p, id, node, op)
  default: return false
  }
  return true
}

/// A 1×1 convolution of a map of one pixel, as in squeeze-and-excite: a linear layer.
func lowerPixel(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? FusedConv, op.conv == Conv(Window(1)), !op.hasShortcut, !op.hasFactors,
    p.graph[node.inputs[0]].shape.dropFirst(2).allSatisfy({ $0 == 1 }), p.isConstant[node.inputs[1]],
    p.isConstant[node.inputs[2]]
  else { return false }
  lowerVectors(&p, id, node, op.activation)
  return true
}

private func lowerVectors(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node, _ activation: UnaryCall?) {
  let x = p.compact(p.blocked(node.inputs[0]))
  let y = p.place(id)
  let (ins, outs) = (x.channels.count, node.shape[1])
  // One vector's blocks lie side by side: a row of lanes, those without a channel meet zero weights.
  let first = x.channels.min()! / 16
  let depth = (x.channels.max()! / 16 - first + 1) * 16
  let positions = x.channels.map { $0 - first * 16 }
  let panels = (outs + 31) / 32
  let plane = x.region.plane / 16
  precondition(plane == 1, "vectors have one pixel")
  let weights = p.constant([node.inputs[1], node.inputs[2]], count: panels * 32 * (depth + 1)) { values, to in
    to.update(repeating: 0, count: panels * 32 * (depth + 1))
    values[0].scalars.withUnsafeBufferPointer { w in
      for o in 0..<outs {
        let column = to + o / 32 * 32 * (depth + 1) + o % 32
        column[0] = values[1].scalars[o]
        for i in 0..<ins { column[(positions[i] + 1) * 32] = w[o * ins + i] }
      }
    }
  }
  var post = activation
  var (lower, upper) = (-Float.infinity, Float.infinity)
  if let call = post, call.kind == .clamp {
    (lower, upper) = (call.alpha, call.beta)
    post = nil
  }
  let function = p.kernels.matrixVector
  let (finalPost, bounds) = (post, (lower: lower, upper: upper))
  let postFunction = post.map { p.kernels.unary[$0.kind.rawValue] }
  p.emit(
    node.name, "matrix × vector", multiplyAdds: node.shape[0] * ins * outs, streaming: weights,
    because: "\(ins) → \(outs) channels of one pixel", touching: [x, y]
  ) { binder in
    let command = MatrixVectorCommand(
      function: function, input: binder.pointer(x.region) + first * 16,
      output: binder.pointer(y.region) + y.channels[0], weights: binder.pointer(constant: weights), depth: depth,
      panels: panels, batch: x.batch, inputBatchStride: x.region.batchStride, outputBatchStride: y.region.batchStride,
      lower: bounds.lower, upper: bounds.upper, post: postFunction, alpha: finalPost?.alpha ?? 0,
      beta: finalPost?.beta ?? 0)
    return Command(function: MatrixVectorCommand.run, arguments: binder.keep(command))
  }
  p.set(id, y)
}
