import SwiftletGraph
import SwiftletOps
import Testing

@Suite struct WeightsTests {
  /// A graph that adds `count` parameters named p0, p1, … of the shape [2].
  func graph(_ count: Int) throws -> Graph {
    try Graph(input: [2]) { x in [(0..<count).reduce(x) { $0 + $0.parameter("p\($1)", [2]) }] }
  }

  @Test func rightWeightsPass() throws {
    let weights = Weights([
      ("p0", NDArray([2])), ("p1", NDArray([2], [1, 2])), ("bn.num_batches_tracked", NDArray([])),
      ("head.w", NDArray([9])),
    ])
    try weights.check(against: graph(2), ignoring: ["head."])
    #expect(try weights.array("p1", [2]).scalars == [1, 2])
  }

  @Test func allFaultsInOneError() throws {
    let weights = Weights(
      [("p1", NDArray([3])), ("p2", NDArray([2])), ("x", NDArray([])), ("y", NDArray([]))], source: "a.pth")
    let error = #expect(throws: WeightsError.self) { try weights.check(against: graph(3)) }
    #expect(
      error
        == WeightsError(
          source: "a.pth", missing: ["p0"], unexpected: ["x", "y"],
          misshapen: [.init(name: "p1", found: [3], expected: [2])]))
    #expect(
      error?.description == """
        a.pth: the weights do not fit the network
          1 missing:
            p0
          2 unexpected:
            x
            y
          1 of another shape:
            p1: found [3], expected [2]
        """)
  }

  @Test func longListsAreCut() throws {
    let error = #expect(throws: WeightsError.self) { try Weights([]).check(against: graph(25)) }
    #expect(error?.missing.count == 25)
    let lines = error?.description.split(separator: "\n").map(String.init) ?? []
    #expect(lines.count == 1 + 1 + 20 + 1)
    #expect(lines.last == "    … and 5 more")
  }

  @Test func exactlyTwentyAreNotCut() throws {
    let error = #expect(throws: WeightsError.self) { try Weights([]).check(against: graph(20)) }
    #expect(error?.description.contains("more") == false)
  }

  @Test func singleArraysAreCheckedToo() {
    let weights = Weights([("a", NDArray([2]))])
    #expect(throws: WeightsError(source: "memory", missing: ["b"])) { try weights.array("b", [2]) }
    #expect(throws: WeightsError(source: "memory", misshapen: [.init(name: "a", found: [2], expected: [1, 2])])) {
      try weights.array("a", [1, 2])
    }
  }

  @Test func orderAndReplacement() throws {
    var weights = Weights([("b", NDArray([2])), ("a", NDArray([1]))])
    weights.add("b", [1]) { NDArray([1], [7]) }
    #expect(weights.names == ["b", "a"])
    #expect(weights.shape("b") == [1])
    #expect(try weights.array("b", [1]).scalars == [7])
  }
}
