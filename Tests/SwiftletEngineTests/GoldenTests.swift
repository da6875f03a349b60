import SwiftletEngine
import SwiftletGraph
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Whole networks with the parameters of the rule answer as the reference does, on every instruction set.
@Suite(.serialized) struct GoldenTests {
  static let goldens = ["classification", "torchvision"].flatMap { folder in (try? Golden.all(folder)) ?? [] }
    .filter { golden in allModels.contains { $0.name == golden.model } }

  @Test(arguments: goldens.map(\.model)) func answersAsTheReference(_ name: String) throws {
    let golden = try #require(Self.goldens.first { $0.model == name })
    let model = try #require(allModels.first { $0.name == name })
    let graph = try model.graph(batch: golden.input[0], size: (golden.input[2], golden.input[3]))
    let weights = golden.weights(for: graph)
    let input = golden.rule.input(Shape(golden.input))
    for set in InstructionSet.available {
      let session = try Session(Plan(graph, instructionSet: set, threads: 2), weights)
      let error = try session.run(input)[0].relativeError(to: golden.truth)
      #expect(error < 1e-5, "\(name) on \(set)")
      print(name, set, error)
    }
  }
}
