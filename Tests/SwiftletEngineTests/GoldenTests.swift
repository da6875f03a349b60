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

  /// How far answers may be from the reference.
  static func limit(_ name: String) -> Float { max(1e-5, 4 * (drift[name] ?? 0)) }

  static func graph(_ golden: Golden) throws -> Graph {
    let model = try #require(allModels.first { $0.name == golden.model })
    return try model.graph(batch: golden.input[0], size: (golden.input[2], golden.input[3]))
  }

  @Test(arguments: goldens.map(\.model)) func answersAsTheReference(_ name: String) throws {
    let golden = try #require(Self.goldens.first { $0.model == name })
    let graph = try Self.graph(golden)
    let weights = golden.weights(for: graph)
    let input = golden.rule.input(Shape(golden.input))
    for set in InstructionSet.available {
      let session = try Session(Plan(graph, instructionSet: set, threads: 2), weights)
      let error = golden.relativeError(of: try session.run(input))
      #expect(error < Self.limit(name), "\(name) on \(set)")
    }
  }
}
