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
