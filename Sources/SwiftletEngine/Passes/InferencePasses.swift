public import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// One rewriting of a graph.
public struct Pass: Sendable {
  public var name: String
  public var apply: @Sendable (Graph) throws(GraphError) -> Graph
}

/// What a network goes through before it is planned, in this order.
public let inferencePasses: [Pass] = [
  Pass(name: "drop what only training needs", apply: droppingTraining),
  Pass(name: "merge branches that are added", apply: mergingBranches),
  Pass(name: "give every convolution a bias", apply: givingBiases),
  Pass(name: "fold normalisation into convolutions", apply: foldingNormalization),
  Pass(name: "make one of reshapes and transpositions", apply: joiningRearrangements),
  Pass(name: "fold factors and summands of channels into layers", apply: foldingFactors),
  Pass(name: "fuse shortcuts and activations", apply: fusingEpilogues),
  Pass(name: "give factors of channels to the layers that read them", apply: takingFactors),
]

@Sendable func droppingTraining(_ graph: Graph) throws(GraphError) -> Graph {
  try graph.rewritten(at: { $0.op is Dropout || $0.op is DropPath }) { _, _, inputs in inputs[0] }
}

@Sendable func givingBiases(_ graph: Graph) throws(GraphError) -> Graph {
  try graph.rewritten { node, _, inputs in
    func zeros(_ count: Int) -> Tensor { inputs[0].constant(NDArray([count])) }
    switch node.op {
    case let conv as Conv:
      return inputs[0].apply(FusedConv(conv: conv), inputs[1], inputs.count == 3 ? inputs[2] : zeros(node.shape[1]))
    case let conv as DeformConv:
      let bias = inputs.count > 3 ? inputs[3] : zeros(node.shape[1])
      let sees = DeformSamples(window: conv.window, offsetGroup: conv.offsetGroup)
      let samples = inputs[0].builder.add(sees, [inputs[0], inputs[2]] + inputs.dropFirst(4))
      let weight = inputs[1].reshaped([node.shape[1], inputs[1].shape[1] * sees.taps, 1, 1])
      return samples.apply(FusedConv(conv: Conv(Window(1), group: conv.group)), weight, bias)
    case let conv as DynamicConv: return conv.mixed(inputs, bias: zeros(node.shape[1]))
    case is Gemm:
      return inputs[0].apply(FusedGemm(), inputs[1], inputs.count == 3 ? inputs[2] : zeros(inputs[1].shape[0]))
    default: return nil
    }
  }
}

extension DynamicConv {
  /// A convolution is linear in its kernel: what the mixed kernel gives is the mix of what all kernels give.
  fileprivate func mixed(_ inputs: [Tensor], bias: Tensor) -> Tensor {
    let (x, bank, coefficients) = (inputs[0], inputs[1], inputs[2])
    let terms = (0..<bank.shape[0]).map { k in
      let kernel = bank.apply(Slice(axis: 0, start: k, end: k + 1)).reshaped(Shape(Array(bank.shape.dropFirst())))
      let share = coefficients.apply(Slice(axis: 1, start: k, end: k + 1)).reshaped([x.shape[0], 1, 1, 1])
      return x.apply(FusedConv(conv: Conv(window, group: group)), kernel, bias) * share
    }
    return terms.dropFirst().reduce(terms[0], +)
  }
}

@Sendable func foldingNormalization(_ graph: Graph) throws(GraphError) -> Graph {
  let uses = graph.useCounts
  return try graph.rewritten(at: { $0.op is BatchNormalization }) { node, id, inputs in
    guard let norm = node.op as? BatchNormalization else { return nil }
    let (x, scale, shift, mean, variance) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4])
    let weightRule = NormalizedWeight(epsilon: norm.epsilon)
    let biasRule = NormalizedBias(epsilon: norm.epsilon)
    if let fused = x.node.op as? FusedConv, uses[graph[id].inputs[0]] == 1 {
      let (input, weight, bias) = (x.inputs[0], x.inputs[1], x.inputs[2])
      return input.apply(
        fused, weight.apply(weightRule, scale, variance), bias.apply(biasRule, scale, shift, mean, variance))
    }
    let ones = x.constant(NDArray(scale.shape, repeating: 1))
    let zeros = x.constant(NDArray(scale.shape))
    return x.apply(
      ChannelAffine(), ones.apply(weightRule, scale, variance), zeros.apply(biasRule, scale, shift, mean, variance))
  }
}

@Sendable func fusingEpilogues(_ graph: Graph) throws(GraphError) -> Graph {
  let (uses, isConstant) = (graph.useCounts, graph.isConstant)
  return try graph.rewritten(at: { $0.op is Add || $0.inputs.count == 1 }) { node, id, inputs in
    func isOnlyUse(_ i: Int) -> Bool { uses[graph[id].inputs[i]] == 1 }
    if node.op is Add {
      // What does not depend on the input is computed once.
      for i in [1, 0] where isOnlyUse(i) && !isConstant[graph[id].inputs[i]] && inputs[0].shape == inputs[1].shape {
        if let sum = inputs[i].adding(inputs[1 - i], uses, graph[id].inputs[i], graph) { return sum }
      }
      return nil
    }
    guard let call = UnaryCall(node.op), isOnlyUse(0) else { return nil }
    return inputs[0].fused(call)
  }
}

extension Tensor {
  /// The value with `shortcut` added by its node, node `id` of `graph` until now, where that can; also before a movement.
  fileprivate func adding(_ shortcut: Tensor, _ uses: [Int], _ id: Graph.ID, _ graph: Graph) -> Tensor? {
    let parts = inputs
    switch node.op {
    // A convolution that computes tiles of several channels can; a depthwise one cannot.
    case var op as FusedConv where op.activation == nil && !op.hasShortcut && op.conv.group == 1:
      op.hasShortcut = true
      return builder.add(op, parts + [shortcut])
    case var op as FusedGemm where op.activation == nil && !op.hasShortcut && shape.rank == 3:
      op.hasShortcut = true
      return builder.add(op, parts + [shortcut])
    case let op as Rearrange where uses[graph[id].inputs[0]] == 1:
      let moved = shortcut.apply(op.inverse(parts[0].shape))
      return parts[0].adding(moved, uses, graph[id].inputs[0], graph)?.apply(op)
    default: return nil
    }
  }

  /// This value's node with `call` as its activation, where it can take one.
  fileprivate func fused(_ call: UnaryCall) -> Tensor? {
    let parts = inputs
    switch node.op {
    case var op as FusedConv where op.activation == nil:
      op.activation = call
      return builder.add(op, parts)
    case var op as FusedGemm where op.activation == nil:
      op.activation = call
      return builder.add(op, parts)
    case let op as ChannelAffine where call.kind == .clamp && op == ChannelAffine():
      return builder.add(ChannelAffine(clamp: call), parts)
    default: return nil
    }
  }
}
