public import SwiftletGraph

/// What a network costs, counted from its graph; for the whole batch, 32-bit floats.
public struct NetworkReport: Codable, Hashable, Sendable {
  /// The extents of each input and output.
  public var inputShapes: [[Int]]
  public var outputShapes: [[Int]]
  /// Learned scalars.
  public var parameters: Int
  /// Multiply-adds of convolutions and linear layers, as papers count.
  public var multiplyAdds: Int
  /// Multiply-adds of products of two activations (attention), which papers mostly leave out.
  public var productMultiplyAdds: Int
  /// Bytes of learned arrays and running statistics.
  public var weightBytes: Int
  /// Bytes of all activations together, and the most that are alive at once (`ActivationMemory`).
  public var activationBytes: Int
  public var peakActivationBytes: Int
  /// One entry a node, in order; parameters and constants stand with the nodes that read them.
  public var layers: [LayerReport]

  public init(_ graph: Graph) {
    let memory = ActivationMemory(graph)
    inputShapes = graph.inputs.map { graph[$0].shape.dimensions }
    outputShapes = graph.outputs.map { graph[$0].shape.dimensions }
    parameters = graph.parameterCount
    multiplyAdds = graph.multiplyAdds
    productMultiplyAdds = graph.productMultiplyAdds
    weightBytes = graph.weightBytes
    activationBytes = memory.sum
    peakActivationBytes = memory.peak
    layers = Self.layers(graph, memory)
  }

  private static func layers(_ graph: Graph, _ memory: ActivationMemory) -> [LayerReport] {
    var seen: Set<Graph.ID> = []
    return graph.nodes.indices.compactMap { id in
      let node = graph[id]
      if node.op is Parameter || node.op is Constant { return nil }
      let counted = node.inputs.filter { graph[$0].op is Parameter && seen.insert($0).inserted }
      let learned = counted.filter { (graph[$0].op as? Parameter)?.isBuffer == false }
      return LayerReport(
        name: node.name, op: type(of: node.op).name, outputShape: node.shape.dimensions,
        parameters: learned.reduce(0) { $0 + graph[$1].shape.elementCount },
        multiplyAdds: graph.cost(id).multiplyAdds, activationBytes: memory.bytes[id],
        weightBytes: counted.reduce(0) { $0 + 4 * graph[$1].shape.elementCount })
    }
  }
}
