import SwiftletGraph

/// What a step by reference implementation needs: not fast, allocates, and works for every operator.
private final class ReferenceCall {
  let op: any Op
  let inputs: [(UnsafePointer<Float>, Shape)]
  let output: UnsafeMutablePointer<Float>

  init(_ op: any Op, _ inputs: [(UnsafePointer<Float>, Shape)], _ output: UnsafeMutablePointer<Float>) {
    (self.op, self.inputs, self.output) = (op, inputs, output)
  }

  func run() {
    let arrays = inputs.map { NDArray($1, Array(UnsafeBufferPointer(start: $0, count: $1.elementCount))) }
    let y = op.reference(arrays)
    y.scalars.withUnsafeBufferPointer { output.update(from: $0.baseAddress!, count: $0.count) }
  }
}

/// Any operator, by its reference implementation, on the first thread.
extension Planner {
  mutating func lowerByReference(_ id: Graph.ID, _ node: Graph.Node) {
    let inputs = node.inputs.map { (plain($0), graph[$0].shape) }
    let output = placePlain(floats: node.shape.elementCount)
    emit(
      node.name, "reference \(type(of: node.op).name)",
      multiplyAdds: node.op.cost(inputs.map(\.1), node.shape).multiplyAdds, touching: inputs.map(\.0) + [output]
    ) { binder in
      let call = ReferenceCall(
        node.op, inputs.map { (UnsafePointer(binder.pointer($0.0)), $0.1) }, binder.pointer(output))
      return Command(
        function: { raw, thread, _ in
          if thread == 0 { Unmanaged<ReferenceCall>.fromOpaque(raw).takeUnretainedValue().run() }
        }, arguments: binder.keep(object: call))
    }
    set(id, plain: output)
  }
}
