import SwiftletGraph
import SwiftletOps

/// A reshape, a transposition and another reshape are one movement: often none at all, where the pixels of a map become tokens.
@Sendable func joiningRearrangements(_ graph: Graph) throws(GraphError) -> Graph {
  let uses = graph.useCounts
  func isMovement(_ node: Graph.Node) -> Bool {
    node.op is Transpose || node.op is Reshape && graph[node.inputs[0]].op is Transpose
  }
  return try graph.rewritten(at: isMovement) { node, id, inputs in
    if let transpose = node.op as? Transpose {
      let isReshaped = inputs[0].node.op is Reshape
      let source = isReshaped ? inputs[0].inputs[0] : inputs[0]
      return source.apply(
        Rearrange(split: inputs[0].shape, permutation: transpose.permutation, joined: node.shape))
    }
    guard var move = inputs[0].node.op as? Rearrange, uses[graph[id].inputs[0]] == 1 else {
      return nil
    }
    move.joined = node.shape
    return inputs[0].inputs[0].apply(move)
  }
}
