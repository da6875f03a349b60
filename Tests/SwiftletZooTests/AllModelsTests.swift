import SwiftletGraph
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Every model at sizes, batches and numbers of classes other than its reference's.
@Suite struct AllModelsTests {
  static func model(_ name: String) throws -> Model { try #require(allModels.first { $0.name == name }) }

  @Test func namesAreUnique() {
    #expect(Set(allModels.map(\.name)).count == allModels.count)
    #expect(Set(allFamilies.map(\.name)).count == allFamilies.count)
  }

  @Test(arguments: allModels.map(\.name)) func fitsOneSetOfWeights(_ name: String) throws {
    let model = try Self.model(name)
    let graph = try model.graph()
    if !model.isBackbone { #expect(graph[graph.outputs[0]].shape == [1, model.classes]) }
    let weights = Rule().weights(for: graph)

    let (height, width) = (model.preprocessing.height + 64, model.preprocessing.width + 64)
    let larger = try model.graph(batch: 2, size: (height, width))
    if !model.isBackbone { #expect(larger[larger.outputs[0]].shape == [2, model.classes]) }
    try weights.check(against: larger)
  }

  @Test(arguments: allModels.filter { !$0.isBackbone }.map(\.name)) func takesOtherClassifiers(_ name: String) throws {
    let model = try Self.model(name)
    let weights = Rule().weights(for: try model.graph())

    let features = try model.graph(batch: 2, classes: 0)
    let pooled = features[features.outputs[0]].shape
    #expect(pooled.rank == 2 && pooled[0] == 2)
    #expect(!features.parameters.contains { model.isClassifier($0.name) })
    try weights.check(against: features, ignoring: model.leftOut(of: features))
    #expect((model.top1 == nil) == (model.top1Source == nil))

    let other = try model.graph(classes: 7)
    #expect(other[other.outputs[0]].shape == [1, 7])
    #expect(other.parameters.map(\.name) == weights.names)
    let error = try #require(throws: WeightsError.self) { try weights.check(against: other) }
    #expect(error.missing == [] && error.unexpected == [])
    #expect(!error.misshapen.isEmpty && error.misshapen.allSatisfy { model.isClassifier($0.name) })
  }

  /// Images of any number of channels: the first layers take them, all others stay.
  @Test(arguments: allModels.map(\.name), [1, 4]) func takesOtherImages(_ name: String, _ channels: Int) throws {
    let model = try Self.model(name)
    let (own, other) = (try model.graph(), try model.graph(channels: channels))
    #expect(other[other.inputs[0]].shape[1] == channels)
    #expect(other.outputs.map { other[$0].shape } == own.outputs.map { own[$0].shape })
    let error = try #require(throws: WeightsError.self) { try Rule().weights(for: own).check(against: other) }
    #expect(error.missing == [] && error.unexpected == [])
    #expect(error.misshapen.allSatisfy { $0.found[1] == 3 && $0.expected[1] == channels })
  }

  /// Maps of odd heights and widths at every scale. Networks that cannot halve them say which sizes they take.
  @Test(arguments: allModels.map(\.name)) func takesOddSizes(_ name: String) throws {
    let model = try Self.model(name)
    for size in [(193, 257), (387, 195)] {
      do throws(GraphError) {
        let graph = try model.graph(size: size)
        if !model.isBackbone { #expect(graph[graph.outputs[0]].shape == [1, model.classes]) }
        try graph.verify()
      } catch {
        #expect(name.hasPrefix("pvanet") && error.message.contains("multiples of 32, found \(size.0)×\(size.1)"))
      }
    }
  }

  static let sizes = [(1, 1), (2, 300), (8, 8), (33, 31), (0, 224), (-5, -5), (1 << 59, 8), (Int.max, Int.max)]

  /// An illegal size is an error, a legal one a graph; neither stops the program.
  @Test(arguments: allModels.map(\.name)) func refusesWhatItCannotTake(_ name: String) throws {
    let model = try Self.model(name)
    for (height, width) in Self.sizes {
      do throws(GraphError) {
        let graph = try model.graph(size: (height, width))
        if !model.isBackbone { #expect(graph[graph.outputs[0]].shape == [1, model.classes]) }
        #expect((1...300).contains(height) && (1...300).contains(width))
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
    #expect(throws: GraphError.self) { try model.graph(batch: 0) }
    #expect(throws: GraphError.self) { try model.graph(batch: Int.max) }
    #expect(throws: GraphError.self) { try model.graph(classes: -1) }
    #expect(throws: GraphError.self) { try model.graph(classes: Int.max) }
  }

  @Test(arguments: allModels.filter(\.isBackbone).map(\.name)) func backbonesGiveMaps(_ name: String) throws {
    let model = try Self.model(name)
    let graph = try model.graph(batch: 2)
    let shapes = graph.outputs.map { graph[$0].shape }
    #expect(shapes.allSatisfy { $0.rank == 4 && $0[0] == 2 })
    #expect(shapes.map { $0[2] } == shapes.map { $0[2] }.sorted(by: >))
    #expect(throws: GraphError.self) { try model.graph(classes: 10) }
  }
}
