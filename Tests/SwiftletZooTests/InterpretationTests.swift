import SwiftletGraph
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Small networks by the operators' specifications give the reference's logits.
@Suite struct InterpretationTests {
  @Test(
    .enabled(if: !DefinitionTests.goldens.isEmpty), arguments: ["shufflenet_v2_x0_5", "ghostnet_050", "mobilevit_xxs"])
  func equalsTheReference(_ name: String) throws {
    let golden = try #require(DefinitionTests.goldens.first { $0.model == name })
    let model = try #require(allModels.first { $0.name == name })
    let graph = try model.graph(batch: golden.input[0], size: (golden.input[2], golden.input[3]))
    let logits = try graph.interpret(golden.rule.input(Shape(golden.input)), golden.rule.weights(for: graph))[0]
    #expect(logits.relativeError(to: golden.truth) <= 1e-5)
  }
}
