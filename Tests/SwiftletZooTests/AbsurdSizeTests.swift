import SwiftletGraph
import SwiftletZoo
import Testing

/// Sizes that no photo has give an error that names a node, or a graph that verifies; they never trap.
@Suite struct AbsurdSizeTests {
  @Test(arguments: allModels.map(\.name)) func neverTraps(_ name: String) throws {
    let model = try #require(allModels.first { $0.name == name })
    for size in [Int.min, -1, 0, .max, 1 << 40, 1 << 20] {
      #expect(throws: GraphError.self) { try model.graph(size: (size, size)) }
      #expect(throws: GraphError.self) { try model.graph(batch: size, size: (size, 32)) }
    }
    for size in [1, 2, 3, 7, 31, 33, 97, 1001] { _ = try? model.graph(size: (size, size + 1)) }
    #expect(throws: GraphError.self) { try model.graph(classes: -1) }
    #expect(throws: GraphError.self) { try model.graph(classes: .max) }
  }
}
