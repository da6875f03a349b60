import SwiftletGraph
import SwiftletOps
import Testing

/// A small right graph, broken in each way there is.
@Suite struct VerifyTests {
  let graph = try! Graph(input: [2, 3]) { x in
    [x.scoped("a") { $0 + $0.parameter("w", [3]) }.scoped("b") { $0.relu + $0.parameter("v", [3]) }]
  }

  func broken(_ change: (inout Graph) -> Void) -> GraphError? {
    var copy = graph
    change(&copy)
    do throws(GraphError) { try copy.verify() } catch { return error }
    return nil
  }

  func position(_ name: String, _ op: any Op.Type) -> Graph.ID {
    graph.nodes.firstIndex { $0.name == name && type(of: $0.op) == op }!
  }

  @Test func aRightGraphPasses() { #expect(broken { _ in } == nil) }

  @Test func readingALaterNode() throws {
    let add = position("a", Add.self)
    for target in [add, add + 1, graph.nodes.count, -1, Int.max] {
      let error = try #require(broken { $0.nodes[add].inputs[1] = target })
      #expect(error == GraphError("node \(add) reads node \(target), which does not come before it", node: "a"))
    }
  }

  @Test func aShapeThatTheRuleDenies() throws {
    let error = try #require(broken { $0.nodes[position("b", Relu.self)].shape = [3, 2] })
    #expect(error == GraphError("the shape is [3, 2], its rule says [2, 3]", node: "b"))
  }

  @Test func inputsThatTheOperatorRefuses() throws {
    let error = try #require(broken { $0.nodes[position("a", Add.self)].inputs = [0] })
    #expect(error == GraphError("Add: expects two inputs, found 1", node: "a"))
  }

  @Test func aLeafWithInputs() throws {
    let error = try #require(broken { $0.nodes[position("b.v", Parameter.self)].inputs = [0] })
    #expect(error == GraphError("Parameter: expects no inputs, found 1", node: "b.v"))
  }

  @Test func twoParametersOfOneName() throws {
    let error = try #require(broken { $0.nodes[position("b.v", Parameter.self)].name = "a.w" })
    #expect(error == GraphError("two parameters have this name", node: "a.w"))
  }

  @Test func aParameterBeyondTheLimit() throws {
    let id = position("b.v", Parameter.self)
    for shape: Shape in [[.max, .max], [0], [-1], [Shape.limit + 1]] {
      let error = try #require(
        broken { graph in
          graph.nodes[id].op = Parameter(shape)
          graph.nodes[id].shape = shape
        })
      #expect(error.node == "b.v")
    }
  }

  @Test func aConstantThatDoesNotFillItsShape() throws {
    var constant = Constant(NDArray([3]))
    constant.extents = [4]
    let id = position("b.v", Parameter.self)
    let error = try #require(broken { $0.nodes[id].op = constant })
    #expect(error == GraphError("Constant: 3 scalars do not fill the shape [4]", node: "b.v"))
  }

  @Test func anOutputThatIsNoNode() throws {
    for output in [-1, graph.nodes.count] {
      let error = try #require(broken { $0.outputs = [output] })
      #expect(error == GraphError("output \(output) is not a node of the graph"))
    }
  }
}
