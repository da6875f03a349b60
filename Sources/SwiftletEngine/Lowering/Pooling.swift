import SwiftletGraph
import SwiftletKernels
import SwiftletOps

func lowerPool(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  let window: Window
  let function: PoolFunction
  var factors: [Float]?
  switch node.op {
  case let op as MaxPool: (window, function) = (op.window, p.kernels.maxPool)
  case let op as AveragePool:
    (window, function) = (op.window, p.kernels.averagePool)
    let x = p.graph[node.inputs[0]].shape
    factors = (0..<node.shape[2] * node.shape[3]).map {
      1 / Float(op.divisor($0 / node.shape[3], $0 % node.shape[3], x[2], x[3]))
    }
  default: return false
  }
  let x = p.compact(p.blocked(node.inputs[0]))
  let y = p.place(id, layout: x.layout)
  var a = PoolArguments()
  (a.inputHeight, a.inputWidth, a.outputHeight, a.outputWidth) = (x.height, x.width, y.height, y.width)
  (a.kernelHeight, a.kernelWidth) = (window.kernel[0], window.kernel[1])
  (a.strideY, a.strideX) = (window.strides[0], window.strides[1])
  (a.dilationY, a.dilationX) = (window.dilations[0], window.dilations[1])
  (a.top, a.left) = (window.pads.top, window.pads.left)
  let (arguments, finalFactors, share) = (a, factors, p.shareRows(y))
  p.emit(node.name, factors == nil ? "max pool" : "average pool", touching: [x, y]) { binder in
    let command = PoolCommand(
      arguments: arguments, function: function, input: binder.list(x), output: binder.list(y), share: share,
      factors: finalFactors.map { binder.keep($0) })
    return Command(function: PoolCommand.run, arguments: binder.keep(command))
  }
  p.set(id, y)
  return true
}

func lowerResize(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let op = node.op as? Resize else { return false }
  let source = p.blocked(node.inputs[0])
  let isEnlarged = node.shape[2] * node.shape[3] > source.pixels
  // Where a larger map is joined with one in another layout, the map before it is the cheaper one to bring there.
  let layout = isEnlarged ? p.layoutOfPartner(id) : nil
  let x = layout.map { p.arranged(source, as: $0) } ?? p.compact(source)
  let y = p.place(id, layout: x.layout)
  let (width, height) = (x.width, x.height)
  func neighbours(_ count: Int, _ size: Int, _ step: Int) -> [Neighbours] {
    (0..<count).map {
      let s = op.source($0, size, count)
      return Neighbours(lower: s.lower * step, upper: s.upper * step, fraction: s.fraction)
    }
  }
  let rows = neighbours(op.height, height, width * 16)
  let columns = neighbours(op.width, width, 16)
  let (function, share) = (p.kernels.resize, p.shareRows(y))
  p.emit(node.name, "resize \(op.mode)", touching: [x, y]) { binder in
    let command = ResizeCommand(
      function: function, input: binder.list(x), output: binder.list(y), rows: binder.keep(rows),
      columns: binder.keep(columns), share: share, width: columns.count)
    return Command(function: ResizeCommand.run, arguments: binder.keep(command))
  }
  p.set(id, y)
  return true
}
