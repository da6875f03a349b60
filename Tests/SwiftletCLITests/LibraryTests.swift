import Foundation
import Swiftlet
import Testing
import _SwiftletTestSupport

/// What `import Swiftlet` offers on its own.
@Suite struct LibraryTests {
  @Test func namesAreFound() throws {
    for model in allModels {
      #expect(try Model.named(model.name).name == model.name)
      #expect(model.family != nil)
    }
    #expect(try Model.matching("*").count == allModels.count)
  }

  @Test(arguments: [
    ("mobilenetv2_10", "mobilenetv2_100"), ("MOBILENETV2_100", "mobilenetv2_100"), ("resnet81", "resnet18"),
    ("ghostnet100", "ghostnet_100"), ("densnet121", "densenet121"),
  ])
  func closestNamesAreSuggested(_ wrong: String, _ right: String) {
    let error = #expect(throws: UnknownModelError.self) { try Model.named(wrong) }
    #expect(error?.suggestions.first == right)
    #expect((error?.suggestions.count ?? 9) <= 3)
  }

  @Test func strangeNamesAreRefused() {
    for name in ["", "?", "🦆", String(repeating: "x", count: 100_000)] {
      #expect(throws: UnknownModelError.self) { try Model.named(name) }
    }
    let stars = String(repeating: "*a", count: 5000)
    #expect(throws: UnknownModelError.self) { try Model.matching(stars) }
  }

  @Test func randomWeightsAreTheSameForASeed() throws {
    let graph = try Model.named("tinynet_e").graph()
    let (name, shape, _) = try #require(graph.parameters.first)
    let first = try Weights.random(for: graph, seed: 1).array(name, shape)
    #expect(try Weights.random(for: graph, seed: 1).array(name, shape) == first)
    #expect(try Weights.random(for: graph, seed: 2).array(name, shape) != first)
    // Uniform within ±1 / √fan-in.
    let variance = first.scalars.reduce(0) { $0 + $1 * $1 } / Float(first.scalars.count)
    let expected = 1 / Float(3 * shape.dropFirst().reduce(1, *))
    #expect(abs(variance / expected - 1) < 0.15)
  }

  @Test func randomWeightsKeepActivationsNormal() throws {
    for name in ["tinynet_e", "mobilevit_xxs", "densenet121", "squeezenet1_1", "ghostnet_050"] {
      let graph = try Model.named(name).graph(size: (64, 64))
      let session = try Session(Plan(graph), .random(for: graph))
      let output = try session.run(Rule().input([1, 3, 64, 64]))[0].scalars
      let largest = output.map(abs).max() ?? 0
      #expect(output.allSatisfy(\.isFinite) && largest > 1e-3 && largest < 1e6, "\(name): \(largest)")
    }
  }

  @Test func weightsThatAreNotFiniteAreToldOf() throws {
    let model = try Model.named("tinynet_e")
    let graph = try model.graph()
    var weights = Rule().weights(for: graph)
    let bias = try #require(graph.parameters.last)
    weights.add(bias.name, bias.shape) { NDArray(bias.shape, repeating: .infinity) }
    let classifier = try Classifier(model, weights: weights, threads: 1)
    #expect(throws: EngineError.self) { try classifier.classify(Fixture.photo("cat.jpg")) }
  }

  @Test func whatDoesNotFitIntoMemoryIsNotRun() throws {
    let maps = Machine.memory / (256 << 20) + 1
    let graph = try Graph(input: [1, 3, 256, 256]) { image in
      (0..<maps).map { image.scoped("\($0)", Conv2D(1024, 1)) }
    }
    let error = try #require(throws: EngineError.self) { try Benchmark(graph, threads: 1, seconds: 1) }
    #expect(error.description.hasPrefix("a run needs"))
  }

  @Test func anEmbeddingNeedsNoClassifier() throws {
    let model = try Model.named("tinynet_e")
    let photo = try Image.read(path: Fixture.photo("cat.jpg"))
    let whole = try Embedder(model, weights: Rule().weights(for: model.graph()), threads: 1)
    let headless = try Embedder(model, weights: Rule().weights(for: model.graph(classes: 0)), threads: 1)
    #expect(try whole.embed(photo) == headless.embed(photo))
    #expect(throws: WeightsError.self) {
      try Classifier(model, weights: Rule().weights(for: model.graph(classes: 0)), threads: 1)
    }
  }

  @Test func cosinesAreCentred() {
    let cosines = centredCosines([[11, 10], [9, 10], [10, 11], [10, 9]])
    #expect(abs(cosines[0][1] + 1) < 1e-9 && abs(cosines[0][2]) < 1e-9 && abs(cosines[3][3] - 1) < 1e-9)
    #expect(centredCosines([[1, 2], [1, 2]]) == [[0, 0], [0, 0]])
    #expect(centredCosines([]).isEmpty)
  }
}
