import SwiftletEngine
import SwiftletGraph
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Whole networks with the parameters of the rule answer as the reference does, on every instruction set.
@Suite(.serialized) struct GoldenTests {
  static let goldens = ["classification", "torchvision", "authors"].flatMap { folder in
    (try? Golden.all(folder)) ?? []
  }
  .filter { golden in allModels.contains { $0.name == golden.model } }

  /// How far float32 itself strays from float64 where the rule's parameters magnify each layer, measured with PyTorch.
  static let drift: [String: Float] = ["igcv3_d_1x": 7.1e-4, "mobiledet_edgetpu": 3.2e-5]

  @Test(arguments: goldens.map(\.model)) func answersAsTheReference(_ name: String) throws {
    let golden = try #require(Self.goldens.first { $0.model == name })
    let model = try #require(allModels.first { $0.name == name })
    let graph = try model.graph(batch: golden.input[0], size: (golden.input[2], golden.input[3]))
    let weights = golden.weights(for: graph)
    let input = golden.rule.input(Shape(golden.input))
    for set in InstructionSet.available {
      let session = try Session(Plan(graph, instructionSet: set, threads: 2), weights)
      let error = golden.relativeError(of: try session.run(input))
      #expect(error < max(1e-5, 4 * (Self.drift[name] ?? 0)), "\(name) on \(set)")
    }
  }
}
