public import SwiftletEngine
public import SwiftletGraph

/// How a network becomes a plan.
public struct Explanation: Sendable {
  /// The graph as it was written, then after every pass that changed it, with the name of the pass.
  public var graphs: [(pass: String?, graph: Graph)]
  public var plan: Plan

  /// - Throws: `GraphError`, `EngineError`.
  public init(_ graph: Graph, threads: Int) throws {
    graphs = [(nil, graph)]
    var text = graph.description
    var current = graph
    for pass in inferencePasses {
      current = try pass.apply(current)
      let next = current.description
      if next != text { graphs.append((pass.name, current)) }
      text = next
    }
    plan = try Plan(graph, tuning: .ofThisMachine(), threads: threads)
  }
}
