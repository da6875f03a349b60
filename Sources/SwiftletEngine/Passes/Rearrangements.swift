import SwiftletGraph
import SwiftletOps

/// A reshape, a transposition and another reshape are one movement: often none at all, where the pixels of a map become tokens.
@Sendable func joiningRearrangements(_ graph: Graph) throws(GraphError) -> Graph {
  let uses = graph.useCounts
  return try graph.rewritten { node, id, inputs in
    if let transpose = node.op as? Transpose {
      let isReshaped = inputs[0].node.op is Reshape
      let source = isReshaped ? inputs[0].inputs[0] : inputs[0]
      return source.apply(
        Rearrange(split: inputs[0].shape, permutation: transpose.permutation, joined: node.shape))
    }
    guard node.op is Reshape, var move = inputs[0].node.op as? Rearrange, uses[graph[id].inputs[0]] == 1 else {
      return nil
    }
    move.joined = node.shape
    return inputs[0].inputs[0].apply(move)
  }
}
