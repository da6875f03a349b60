import SwiftletEngine
import SwiftletGraph
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// What transforms cost in precision: their errors, and those of direct sums, against operators that sum in double precision.
@Suite(.serialized) struct PrecisionTests {
  /// A 3×3 convolution as networks have them.
  struct Case: CustomTestStringConvertible {
    var (ins, outs, height, width): (Int, Int, Int, Int)
    var testDescription: String { "\(ins) -> \(outs), \(height)x\(width)" }
  }

  static let cases = [
    Case(ins: 24, outs: 24, height: 28, width: 28), Case(ins: 64, outs: 64, height: 28, width: 28),
    Case(ins: 128, outs: 32, height: 14, width: 14), Case(ins: 256, outs: 48, height: 14, width: 14),
    Case(ins: 48, outs: 80, height: 19, width: 23),
  ]

  @Test(arguments: cases, InstructionSet.available)
  func transformsStayNearDirectSums(_ item: Case, _ set: InstructionSet) throws {
    let graph = try Graph(input: [1, item.ins, item.height, item.width]) { image in
      [image.scoped("conv", Conv2D(item.outs, 3, bias: true))]
    }
    try check(graph, Rule(), set)
  }

  /// Networks that are mostly 3×3 convolutions, on small images.
  @Test(arguments: ["squeezenet1_1", "vovnet27_slim", "repvgg_a0"], InstructionSet.available)
  func networksStayNearDirectSums(_ name: String, _ set: InstructionSet) throws {
    let model = try #require(allModels.first { $0.name == name })
    try check(model.graph(size: (96, 96)), Rule(gain: 1), set)
  }

  private func check(_ graph: Graph, _ rule: Rule, _ set: InstructionSet) throws {
    let weights = rule.weights(for: graph)
    let input = rule.input(graph[graph.inputs[0]].shape)
    let truth = try graph.interpret(input, weights)[0]
    func error(_ precision: Precision) throws -> Float {
      let plan = try Plan(graph, instructionSet: set, precision: precision)
      #expect(plan.stepTitles.contains { $0.kernel.hasPrefix("winograd") } == (precision == .exact))
      return try Session(plan, weights).run(input)[0].relativeError(to: truth)
    }
    let (exact, strict) = (try error(.exact), try error(.strict))
    #expect(exact < 1e-5)
    #expect(exact <= 4 * max(strict, 1e-7), "exact \(exact), strict \(strict)")
  }
}
