import SwiftletGraph
import SwiftletKernels
import SwiftletOps

extension TapGrid {
  fileprivate init(_ window: Window) {
    width = window.kernel[1]
    (strideY, strideX) = (window.strides[0], window.strides[1])
    (dilationY, dilationX) = (window.dilations[0], window.dilations[1])
    (top, left) = (window.pads.top, window.pads.left)
  }
}

/// What the taps of a deformable convolution see, in blocks.
func lowerDeformSamples(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? DeformSamples else { return false }
  let x = p.compact(p.blocked(node.inputs[0]))
  let (blocks, first, layout, taps) = (x.blocks, x.blocks[0], x.layout, op.taps)
  var groups = [Int](repeating: -1, count: blocks.count)
  for (channel, lane) in layout.enumerated() {
    let group = channel / (layout.count / op.offsetGroup)
    guard groups[lane / 16] < 0 || groups[lane / 16] == group else { return false }
    groups[lane / 16] = group
  }
  let y = p.place(
    id, layout: (0..<layout.count * taps).map { $0 % taps * blocks.count * 16 + layout[$0 / taps] })
  let offset = p.plain(node.inputs[1])
  let mask = node.inputs.count > 2 ? p.plain(node.inputs[2]) : nil
  var a = SamplingArguments()
  (a.height, a.width) = (x.height, x.width)
  let (arguments, blockGroups, function) = (a, groups, p.kernels.addSample)
  p.emit(node.name, "deformed samples", touching: [x, y, offset] + (mask.map { [$0] } ?? [])) { binder in
    let command = DeformSamplesCommand(
      arguments: arguments, function: function, input: binder.pointer(x.region) + first * x.region.plane,
      output: binder.pointer(y.region) + y.blocks[0] * y.region.plane, offset: binder.pointer(offset),
      mask: mask.map { UnsafePointer(binder.pointer($0)) }, grid: TapGrid(op.window),
      blocks: binder.keep(blocks.map { ($0 - first) * x.region.plane }), blockGroups: binder.keep(blockGroups),
      blockCount: blocks.count, groups: op.offsetGroup, taps: taps, batch: x.batch, height: y.height, width: y.width,
      inputBatchStride: x.region.batchStride, outputBatchStride: y.region.batchStride, outputPlane: y.region.plane)
    return Command(function: DeformSamplesCommand.run, arguments: binder.keep(command))
  }
  p.set(id, y)
  return true
}

/// Moved taps under computed weights (DCNv3, DCNv4), in rows.
func lowerAggregation(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  let (window, groups, scale): (Window, Int, Float)
  switch node.op {
  case let op as DCNv3: (window, groups, scale) = (op.window, op.group, op.offsetScale)
  case let op as DCNv4: (window, groups, scale) = (op.window, op.group, op.offsetScale)
  default: return false
  }
  let shape = p.graph[node.inputs[0]].shape
  let (x, offset, mask) = (p.plain(node.inputs[0]), p.plain(node.inputs[1]), p.plain(node.inputs.last!))
  let y = p.placePlain(floats: node.shape.elementCount)
  let taps = window.kernel[0] * window.kernel[1]
  // DCNv4 has offsets and weights of a group beside each other, and perhaps more numbers for a pixel than it needs.
  let areJoined = node.inputs.count == 2
  let pixel = p.graph[node.inputs[1]].shape[3]
  var a = SamplingArguments()
  (a.height, a.width, a.pixelStride) = (shape[1], shape[2], shape[3])
  let (arguments, function) = (a, p.kernels.addSample)
  func middle(_ axis: Int) -> Int { window.dilations[axis] * (window.kernel[axis] - 1) / 2 }
  let (middleY, middleX) = (middle(0), middle(1))
  p.emit(
    node.name, "deformed mean", multiplyAdds: node.op.cost(p.graph.inputShapes(id), node.shape).multiplyAdds,
    touching: [x, offset, mask, y]
  ) { binder in
    let command = AggregationCommand(
      arguments: arguments, function: function, input: binder.pointer(x), output: binder.pointer(y),
      offset: binder.pointer(offset), mask: binder.pointer(mask) + (areJoined ? 2 * taps : 0), offsetPixel: pixel,
      offsetGroup: (areJoined ? 3 : 2) * taps, maskPixel: areJoined ? pixel : groups * taps,
      maskGroup: (areJoined ? 3 : 1) * taps, grid: TapGrid(window), middleY: middleY, middleX: middleX,
      scale: Double(scale), kernelHeight: window.kernel[0], taps: taps, groups: groups, channels: shape[3],
      batch: shape[0], height: node.shape[1], width: node.shape[2])
    return Command(function: AggregationCommand.run, arguments: binder.keep(command))
  }
  p.set(id, plain: y)
  return true
}
