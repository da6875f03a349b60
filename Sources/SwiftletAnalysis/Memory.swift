public import SwiftletGraph

/// The memory that activations take while a graph runs node by node, each output in memory of its own.
///
/// Of the graph as it stands: what fusion saves shows when the graph has been through the passes.
public struct ActivationMemory: Hashable, Sendable {
  /// Bytes of each node's output. 0 for leaves other than inputs, for values that no input has a part in, and for nodes that
  /// move nothing because their output is their input under another shape.
  public let bytes: [Int]
  /// All of them together.
  public let sum: Int
  /// The most that is alive at once: an output from its node to its last reader, the graph's outputs to the end.
  public let peak: Int

  public init(_ graph: Graph) {
    let storage = Self.storage(graph)
    bytes = graph.nodes.indices.map { id in storage[id] == id ? 4 * graph[id].shape.elementCount : 0 }
    sum = bytes.reduce(0, +)
    peak = Self.peak(graph, storage, bytes)
  }

  /// For each node the node whose memory its output lies in; `nil` for values that no input has a part in.
  private static func storage(_ graph: Graph) -> [Graph.ID?] {
    var storage: [Graph.ID?] = []
    for (id, node) in graph.nodes.enumerated() {
      if node.op is Input {
        storage.append(id)
      } else if !node.inputs.contains(where: { storage[$0] != nil }) {
        storage.append(nil)
      } else {
        storage.append(graph.cost(id).bytesWritten > 0 ? id : storage[node.inputs[0]])
      }
    }
    return storage
  }

  private static func peak(_ graph: Graph, _ storage: [Graph.ID?], _ bytes: [Int]) -> Int {
    var lastUse = Array(graph.nodes.indices)
    for (id, node) in graph.nodes.enumerated() {
      for input in node.inputs { if let owner = storage[input] { lastUse[owner] = id } }
    }
    for output in graph.outputs { if let owner = storage[output] { lastUse[owner] = graph.nodes.count } }
    var dying = [Int](repeating: 0, count: graph.nodes.count + 1)
    for (id, last) in lastUse.enumerated() { dying[last] += bytes[id] }
    var (alive, peak) = (0, 0)
    for id in graph.nodes.indices {
      alive += bytes[id]
      peak = max(peak, alive)
      alive -= dying[id]
    }
    return peak
  }
}
