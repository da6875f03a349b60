import SwiftletGraph
import SwiftletOps
import Testing
import _SwiftletTestSupport

@Suite struct RewriteTests {
  let graph = try! Graph(input: [2, 3]) { x in
    let y = x.scoped("a") { $0 + $0.parameter("w", [3]) }
    return [y.scoped("b") { $0.relu.apply(Dropout(ratio: 0.5)) }, y]
  }

  func operators(_ graph: Graph) -> [String] { graph.nodes.map { "\(type(of: $0.op).name) \($0.name)" } }

  func values(_ graph: Graph) throws -> [NDArray] {
    let rule = Rule()
    return try graph.interpret(rule.input([2, 3]), rule.weights(for: graph))
  }

  @Test func unneededNodesAreNotKept() throws {
    let graph = try Graph(input: [2]) { x in
      _ = x.scoped("unused") { $0 * $0.parameter("w", [2]) }
      return [x.relu]
    }
    // Its parameters belong to the network all the same.
    #expect(operators(graph) == ["Input input", "Parameter unused.w", "Relu "])
    let pruned = graph.pruned()
    #expect(operators(pruned) == ["Input input", "Relu "])
    #expect(pruned.outputs == [1])
    #expect(pruned[1].inputs == [0])
  }

  @Test func inputsStayThoughNothingReadsThem() throws {
    let graph = try Graph(input: [2]) { x in [x.parameter("w", [2]).relu] }
    #expect(graph.inputs == [0])
    #expect(graph.pruned().nodes.count == 3)
  }

  @Test func uses() { #expect(graph.useCounts == [1, 1, 2, 1, 1]) }

  @Test func keepingEverythingChangesNothing() throws {
    let copy = try graph.rewritten { _, _, _ in nil }
    #expect(copy.description == graph.description)
    #expect(copy.outputs == graph.outputs)
    #expect(copy.parameters.map(\.name) == ["a.w"])
  }

  @Test func deleting() throws {
    let without = try graph.rewritten { node, _, inputs in node.op is Dropout ? inputs[0] : nil }
    #expect(operators(without) == ["Input input", "Parameter a.w", "Add a", "Relu b"])
    #expect(without.outputs == [3, 2])
    #expect(try values(without) == values(graph))
  }

  @Test func replacing() throws {
    let replaced = try graph.rewritten { node, id, inputs in
      #expect(graph[id].name == node.name)
      return node.op is Relu ? (inputs[0] * inputs[0].parameter("scale", [3])).sigmoid : nil
    }
    #expect(
      operators(replaced) == [
        "Input input", "Parameter a.w", "Add a", "Parameter b.scale", "Mul b", "Sigmoid b", "Dropout b",
      ])
    #expect(replaced.outputs == [6, 2])
  }

  @Test func aNodeWithoutNameGivesItsReplacementNone() throws {
    let graph = try Graph(input: [2]) { x in [x.relu] }
    let replaced = try graph.rewritten { node, _, inputs in
      node.op is Relu ? inputs[0] + inputs[0].parameter("w", [2]) : nil
    }
    #expect(operators(replaced) == ["Input input", "Parameter w", "Add "])
  }

  @Test func patternsSeeTheNewGraph() throws {
    let fused = try graph.rewritten { node, _, inputs in
      guard node.op is Dropout, inputs[0].node.op is Relu else { return nil }
      #expect(inputs[0].node.name == "b")
      return inputs[0].inputs[0].tanh
    }
    #expect(operators(fused) == ["Input input", "Parameter a.w", "Add a", "Tanh b"])
  }

  @Test func aWrongReplacementIsAnError() {
    #expect(throws: GraphError("Add: [2, 3] and [2] do not go together", node: "b")) {
      try graph.rewritten { node, _, inputs in
        node.op is Relu ? inputs[0] + inputs[0].parameter("s", [2]) : nil
      }
    }
  }

  @Test func printing() {
    #expect(
      graph.description == """
        %0 = Input() [2, 3]  # input
        %2 = Add(%0, a.w) [2, 3]  # a
        %3 = Relu(%2) [2, 3]  # b
        %4 = Dropout{ratio: 0.5}(%3) [2, 3]  # b
        return %4, %2
        """)
  }

  @Test func interpretingAnArrayOfAnotherShape() {
    #expect(throws: GraphError("the array is [3, 2], expected [2, 3]", node: "input")) {
      try graph.interpret(NDArray([3, 2]), Rule().weights(for: graph))
    }
  }

  @Test func interpretingWithoutWeights() {
    #expect(throws: WeightsError(source: "memory", missing: ["a.w"])) {
      try graph.interpret(NDArray([2, 3]), Weights([]))
    }
  }
}
