import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// One filter for each channel: strips of rows where a kernel is made for the geometry.
func lowerDepthwise(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let fused = node.op as? FusedConv, p.isDepthwise(node, fused) else { return false }
  let (window, x) = (fused.conv.window, p.graph[node.inputs[0]].shape)
  let source = p.planBands(node.inputs[0], window)
  let input = source?.tiles.output ?? p.compact(p.blocked(node.inputs[0]))
  let layout = input.layout
  let output = p.place(id, layout: layout)

  var d = DepthwiseArguments()
  (d.inputHeight, d.inputWidth, d.outputHeight, d.outputWidth) = (x[2], x[3], node.shape[2], node.shape[3])
  (d.kernelHeight, d.kernelWidth) = (window.kernel[0], window.kernel[1])
  (d.strideY, d.strideX) = (window.strides[0], window.strides[1])
  (d.dilationY, d.dilationX) = (window.dilations[0], window.dilations[1])
  (d.top, d.left) = (window.pads.top, window.pads.left)
  var post = fused.activation
  if let call = post, call.kind == .clamp {
    (d.lower, d.upper) = (call.alpha, call.beta)
    post = nil
  }
  let function = p.depthwiseKernel(d)
  let taps = d.kernelHeight * d.kernelWidth
  let weights = p.packDepthwise(node, layout, taps: taps)
  let (inputBlocks, outputBlocks) = (input.blocks, output.blocks)
  var lanes = [Int](repeating: 0, count: inputBlocks.count)
  for physical in layout { lanes[physical / 16] = max(lanes[physical / 16], physical % 16 + 1) }
  let usedLanes = lanes
  let share = p.shareRows(output)
  let (arguments, finalPost) = (d, post)
  let sums = p.placeRowSums(id, output)
  let sum = p.kernels.rowSums
  let postFunction = post.map { p.kernels.unary[$0.kind.rawValue] }
  let read: any Place = source?.tiles.reading.place ?? input
  p.emit(
    node.name,
    (source.map { $0.tiles.choice.name + " → " } ?? "")
      + "depthwise \(d.kernelHeight)x\(d.kernelWidth) stride \(d.strideY)"
      + (function.outputs == nil ? " any" : ""),
    multiplyAdds: node.shape.elementCount * taps + (source?.multiplyAdds ?? 0),
    because: (source.map { $0.reason + " → " } ?? "") + "\(fused.conv.facts(x, node.shape)): "
      + (function.outputs.map { "strips of \($0) outputs" } ?? "no strips for this"),
    touching: [read, output] + (sums.map { [$0] } ?? []),
    scratch: source.map { [$0.tiles.output.region] + $0.tiles.reading.scratch } ?? []
  ) { binder in
    let command = DepthwiseCommand(
      arguments: arguments, function: function.code, input: binder.pointer(input.region),
      output: binder.pointer(output.region), weights: binder.pointer(constant: weights),
      inputBlocks: binder.keep(inputBlocks.map { $0 * input.region.plane }),
      outputBlocks: binder.keep(outputBlocks.map { $0 * output.region.plane }), lanes: binder.keep(usedLanes),
      blocks: inputBlocks.count, share: share, inputBatchStride: input.region.batchStride,
      outputBatchStride: output.region.batchStride, post: postFunction, alpha: finalPost?.alpha ?? 0,
      beta: finalPost?.beta ?? 0,
      sums: sums.map { binder.list($0) }, sum: sum)
    if let source { return binder.command(source, command) }
    return Command(function: DepthwiseCommand.run, arguments: binder.keep(command))
  }
  p.set(id, output)
  return true
}

extension Planner {
  func isDepthwise(_ node: Graph.Node, _ fused: FusedConv) -> Bool {
    let channels = graph[node.inputs[0]].shape[1]
    return !fused.hasShortcut && isConstant[node.inputs[1]] && fused.conv.group == channels
      && node.shape[1] == channels && channels > 1
  }

  /// The kernel whose strips make up a row in the least time, and how long they are; one for any geometry where none fits.
  fileprivate func depthwiseKernel(_ d: DepthwiseArguments) -> (code: DepthwiseFunction, outputs: Int?) {
    // The last strip ends with the row, and this many of its columns lie outside the map.
    let right = max(0, (d.outputWidth - 1) * d.strideX + d.kernelWidth - d.left - d.inputWidth)
    guard d.strideY == d.strideX, d.dilationY == 1, d.dilationX == 1 else {
      return (kernels.depthwiseAny, nil)
    }
    var best: (code: DepthwiseFunction, outputs: Int?, cost: Int) = (kernels.depthwiseAny, nil, .max)
    for outputs in [8, 7, 4, 3] {
      let end = d.outputWidth - outputs
      guard end == 0 || end > 0 && end * d.strideX >= max(d.left, right) else { continue }
      // A strip between the first and the last one lies inside the map on both sides.
      let lastInner = end - (right + d.strideX - 1) / d.strideX
      guard end <= outputs || lastInner * d.strideX >= d.left else { continue }
      let key = DepthwiseKey(d.kernelWidth, d.strideX, d.left, right, outputs: outputs)
      guard let code = kernels.depthwise[key] else { continue }
      // A strip of few outputs waits for its own sums, unless the filter is so small that the next strip fills the gaps.
      let strips = (d.outputWidth + outputs - 1) / outputs
      let cost = strips * max(outputs + 1, d.kernelWidth < 5 ? 0 : 8)
      if cost < best.cost { best = (code, outputs, cost) }
    }
    return (best.code, best.outputs)
  }

  /// For each block 16 biases, then 16 weights a tap.
  fileprivate mutating func packDepthwise(_ node: Graph.Node, _ layout: [Int], taps: Int) -> Int {
    let perBlock = 16 * (1 + taps)
    let blocks = layout.max()! / 16 + 1
    return constant([node.inputs[1], node.inputs[2]], count: blocks * perBlock) { values, to in
      to.update(repeating: 0, count: blocks * perBlock)
      for (channel, physical) in layout.enumerated() {
        let block = to + physical / 16 * perBlock + physical % 16
        block[0] = values[1].scalars[channel]
        for tap in 0..<taps { block[(1 + tap) * 16] = values[0].scalars[channel * taps + tap] }
      }
    }
  }
}
