package import SwiftletGraph
import SwiftletOps

/// The graph in which branches that are added are one convolution wherever they can be: convolutions of one value, with
/// or without normalisation, the value itself, and multiples and differences of these.
///
/// The smaller kernels are padded to the largest and added to it; the identity is a kernel with ones on its diagonal. The
/// new kernel is computed from the parameters of all branches, so names and weights stay those of the branches. Ding et
/// al., "RepVGG", CVPR 2021, §3.3.
@Sendable package func mergingBranches(_ graph: Graph) throws(GraphError) -> Graph {
  let (uses, isConstant) = (graph.useCounts, graph.isConstant)
  var forms: [[LinearForm]] = Array(repeating: [], count: graph.nodes.count)

  /// A value that something else reads too is computed anyway: only the value itself, no form of it, is taken.
  func usable(_ value: Tensor, _ id: Graph.ID) -> [LinearForm] {
    (uses[id] == 1 ? forms[id] : []) + [LinearForm(identity: value)]
  }

  guard graph.nodes.contains(where: { $0.op is Add || $0.op is Sub }) else { return graph }
  return try graph.rewritten(at: { !$0.inputs.isEmpty }) { node, id, inputs in
    func readsParameters(from first: Int) -> Bool { node.inputs.dropFirst(first).allSatisfy { isConstant[$0] } }
    if isConstant[id] { return nil }
    switch node.op {
    case let conv as Conv where readsParameters(from: 1):
      forms[id] = [LinearForm(conv, inputs[0], weight: inputs[1], bias: inputs.count == 3 ? inputs[2] : nil)]
    case let norm as BatchNormalization where readsParameters(from: 1):
      forms[id] = usable(inputs[0], node.inputs[0]).map { $0.normalized(norm, Array(inputs.dropFirst())) }
    case is Mul where readsParameters(from: 1):
      guard let factors = inputs[1].channelFactors(of: inputs[0]) else { break }
      forms[id] = usable(inputs[0], node.inputs[0]).map { $0.scaled(factors) }
    case is Add where inputs[0].shape == inputs[1].shape, is Sub where inputs[0].shape == inputs[1].shape:
      let left = usable(inputs[0], node.inputs[0])
      var right = usable(inputs[1], node.inputs[1])
      if node.op is Sub {
        let minus = inputs[1].constant(NDArray([inputs[1].channels], repeating: -1))
        right = right.map { $0.scaled(minus) }
      }
      forms[id] = left.flatMap { a in right.compactMap { b in LinearForm.sum(a, b) } }
      return forms[id].first?.value
    default: break
    }
    return nil
  }
}

extension Tensor {
  /// This array as factors `[channels]` of a map's channels; `nil` where it is something else.
  fileprivate func channelFactors(of map: Tensor) -> Tensor? {
    guard map.shape.rank == 4, shape.elementCount == map.channels, shape.rank >= 3,
      shape[shape.rank - 3] == map.channels
    else { return nil }
    return reshaped([map.channels])
  }
}
