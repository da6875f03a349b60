public import SwiftletGraph
import SwiftletOps

/// The graph in which branches that are added are one convolution wherever they can be: convolutions of one value, with
/// or without normalisation, and the value itself.
///
/// The smaller kernels are padded to the largest and added to it; the identity is a kernel with ones on its diagonal. The
/// new kernel is computed from the parameters of all branches, so names and weights stay those of the branches. Ding et
/// al., "RepVGG", CVPR 2021, §3.3.
@Sendable public func mergingBranches(_ graph: Graph) throws(GraphError) -> Graph {
  let uses = graph.useCounts
  var isConstant: [Bool] = []
  for node in graph.nodes { isConstant.append(!(node.op is Input) && node.inputs.allSatisfy { isConstant[$0] }) }
  var forms: [[LinearForm]] = Array(repeating: [], count: graph.nodes.count)

  /// A value that something else reads too is computed anyway: only the value itself, no form of it, is taken.
  func usable(_ value: Tensor, _ id: Graph.ID) -> [LinearForm] {
    (uses[id] == 1 ? forms[id] : []) + [LinearForm(identity: value)]
  }

  return try graph.rewritten { node, id, inputs in
    if isConstant[id] || !node.inputs.dropFirst().allSatisfy({ isConstant[$0] || node.op is Add }) { return nil }
    switch node.op {
    case let conv as Conv:
      forms[id] = [LinearForm(conv, inputs[0], weight: inputs[1], bias: inputs.count == 3 ? inputs[2] : nil)]
    case let norm as BatchNormalization:
      forms[id] = usable(inputs[0], node.inputs[0]).map { $0.normalized(norm, Array(inputs.dropFirst())) }
    case is Add where inputs[0].shape == inputs[1].shape:
      let (left, right) = (usable(inputs[0], node.inputs[0]), usable(inputs[1], node.inputs[1]))
      forms[id] = left.flatMap { a in right.compactMap { b in LinearForm.sum(a, b) } }
      return forms[id].first?.value
    default: break
    }
    return nil
  }
}
