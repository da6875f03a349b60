import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing

/// What holds for every model, whatever its reference.
@Suite struct EveryModelTests {
  @Test func namesAreUnique() {
    #expect(Set(allModels.map(\.name)).count == allModels.count)
    #expect(Set(allFamilies.map(\.name)).count == allFamilies.count)
  }

  @Test(arguments: allModels.filter { !$0.isBackbone }.map(\.name)) func fitsOtherTasks(_ name: String) throws {
    let model = try #require(allModels.first { $0.name == name })
    let ten = try model.graph(batch: 2, classes: 10)
    #expect(ten.outputs.map { ten[$0].shape } == [[2, 10]])
    #expect(ten.parameters.contains { $0.name.hasPrefix(model.classifier) })
    let features = try model.graph(classes: 0)
    #expect(features.outputs.map { features[$0].shape.rank } == [2])
    #expect(!features.parameters.contains { $0.name.hasPrefix(model.classifier) && $0.shape.contains(1000) })
    #expect((model.top1 == nil) == (model.top1Source == nil))
  }

  /// The cells of PyTorch's adaptive pooling: [0, 2), [1, 4), [3, 5) of five pixels; a smaller map is repeated.
  @Test func adaptivePoolingCoversTheMap() throws {
    let graph = try Graph(input: [1, 2, 5, 2]) { [$0.adaptiveAveragePooled(3, 3)] }
    let x = NDArray([1, 2, 5, 2]) { Float($0) }
    let y = try graph.interpret(x, Weights(source: "none"))[0]
    #expect(y.shape == [1, 2, 3, 3])
    let expected: [Float] = [1, 1.5, 2, 4, 4.5, 5, 7, 7.5, 8]
    #expect(y.relativeError(to: NDArray([1, 2, 3, 3], expected + expected.map { $0 + 10 })) < 1e-6)
  }
}
