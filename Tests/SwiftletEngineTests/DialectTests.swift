import SwiftletEngine
import SwiftletGraph
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// A network of equal arithmetic answers the same, whichever reference wrote its file.
@Suite struct DialectTests {
  @Test(
    .enabled(if: SharedData.isThere),
    arguments: [
      ("efficientnet_b0", "torchvision.efficientnet_b0"), ("mobilenetv2_100", "torchvision.mobilenet_v2"),
      ("vgg16", "torchvision.vgg16"),
    ])
  func siblingsAnswerAlike(_ name: String, _ sibling: String) throws {
    let golden = try #require(try Golden.all("torchvision").first { $0.model == sibling })
    let own = try #require(allModels.first { $0.name == sibling }).graph(size: (golden.input[2], golden.input[3]))
    let model = try #require(allModels.first { $0.name == name })
    let graph = try model.graph(batch: golden.input[0], size: (golden.input[2], golden.input[3]))
    let weights = try model.reading(golden.weights(for: own))
    try weights.check(against: graph)
    let output = try Session(Plan(graph, threads: 2), weights).run(golden.rule.input(Shape(golden.input)))
    #expect(golden.relativeError(of: output) < 1e-5)
  }

  /// And the other way: the same bits.
  @Test(arguments: [
    ("torchvision.efficientnet_b0", "efficientnet_b0"), ("torchvision.mobilenet_v2", "mobilenetv2_100"),
    ("torchvision.mnasnet0_5", "mnasnet_050"),
  ])
  func filesOfTheDefinitionLoad(_ name: String, _ sibling: String) throws {
    let (model, other) = (
      try #require(allModels.first { $0.name == name }), try #require(allModels.first { $0.name == sibling })
    )
    let (graph, otherGraph) = (try model.graph(size: (64, 64)), try other.graph(size: (64, 64)))
    let weights = Rule().weights(for: otherGraph)
    let input = Rule().input([1, 3, 64, 64])
    let first = try Session(Plan(graph), model.reading(weights)).run(input)
    let second = try Session(Plan(otherGraph), weights).run(input)
    #expect(first == second)
  }
}
