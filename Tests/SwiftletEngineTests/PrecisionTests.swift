import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// What floats of 32 bits, and transforms beside direct sums, cost in precision: errors against double precision from end to end.
@Suite(.serialized) struct PrecisionTests {
  /// A convolution as networks have them.
  struct Case: CustomTestStringConvertible {
    var (ins, outs, height, width): (Int, Int, Int, Int)
    var kernel = [3, 3]
    var testDescription: String { "\(kernel[0])x\(kernel[1]), \(ins) -> \(outs), \(height)x\(width)" }
  }

  static let cases = [
    Case(ins: 24, outs: 24, height: 28, width: 28), Case(ins: 64, outs: 64, height: 28, width: 28),
    Case(ins: 128, outs: 32, height: 14, width: 14), Case(ins: 256, outs: 48, height: 14, width: 14),
    Case(ins: 48, outs: 80, height: 19, width: 23), Case(ins: 256, outs: 240, height: 7, width: 7),
    Case(ins: 32, outs: 32, height: 17, width: 17, kernel: [1, 7]),
    Case(ins: 64, outs: 48, height: 17, width: 17, kernel: [7, 1]),
    Case(ins: 192, outs: 192, height: 17, width: 17, kernel: [1, 7]),
    Case(ins: 192, outs: 64, height: 17, width: 17, kernel: [7, 1]),
    Case(ins: 512, outs: 32, height: 12, width: 12, kernel: [7, 1]),
    Case(ins: 24, outs: 64, height: 14, width: 14, kernel: [5, 5]),
    Case(ins: 48, outs: 64, height: 35, width: 35, kernel: [5, 5]),
    Case(ins: 192, outs: 32, height: 14, width: 14, kernel: [5, 5]),
    Case(ins: 384, outs: 96, height: 8, width: 8, kernel: [1, 3]),
    Case(ins: 384, outs: 96, height: 8, width: 8, kernel: [3, 1]),
    Case(ins: 48, outs: 64, height: 20, width: 18, kernel: [1, 5]),
    Case(ins: 96, outs: 32, height: 18, width: 20, kernel: [5, 1]),
  ]

  @Test(arguments: cases, InstructionSet.available)
  func transformsStayNearDirectSums(_ item: Case, _ set: InstructionSet) throws {
    let graph = try Graph(input: [1, item.ins, item.height, item.width]) { image in
      [image.scoped("conv", Conv2D(item.outs, kernel: item.kernel, bias: true))]
    }
    try checkTransforms(graph, Rule(), set)
  }

  static let products = [
    Case(ins: 128, outs: 128, height: 28, width: 28), Case(ins: 512, outs: 512, height: 14, width: 14),
    Case(ins: 728, outs: 728, height: 19, width: 19), Case(ins: 1536, outs: 160, height: 7, width: 7),
  ]

  /// Also where inputs have a mean, as behind a ReLU: sums of quarters are twice as large, differences lose what cancels.
  @Test(arguments: products, InstructionSet.available)
  func productsOfSumsStayNearDirectSums(_ item: Case, _ set: InstructionSet) throws {
    for mean: Float in [0, 1] {
      let graph = try Graph(input: [1, item.ins, item.height, item.width]) { image in
        [(image + mean).scoped("conv", Conv2D(item.outs, 1, bias: true))]
      }
      try checkTransforms(graph, Rule(), set, "strassen")
    }
  }

  /// Networks that are mostly 3×3 convolutions, or have other windows that are transformed, on small images.
  @Test(arguments: ["squeezenet1_1", "vovnet27_slim", "repvgg_a0", "inception_v3"], InstructionSet.available)
  func networksStayNearDirectSums(_ name: String, _ set: InstructionSet) throws {
    let model = try #require(allModels.first { $0.name == name })
    try checkTransforms(model.graph(size: (96, 96)), Rule(gain: 1), set)
  }

  /// Networks that are mostly 1×1 convolutions.
  @Test(arguments: ["mobilenetv1_100", "mobilenetv4_conv_small"], InstructionSet.available)
  func networksOfProductsStayNearDirectSums(_ name: String, _ set: InstructionSet) throws {
    let model = try #require(allModels.first { $0.name == name })
    try checkTransforms(model.graph(size: (224, 224)), Rule(gain: 1), set, "strassen")
  }

  private func checkTransforms(
    _ graph: Graph, _ rule: Rule, _ set: InstructionSet, _ kernel: String = "winograd"
  ) throws {
    var tuning = Tuning(for: set)
    // Transforms and products of these sizes, whatever is usual.
    (tuning.strassenChannels, tuning.strassenPixels) = (min(tuning.strassenChannels, 128), 49)
    tuning.strassenValues = 4704
    tuning.winogradSharingTiles = 16
    for (precision, isTransformed) in [(Precision.exact, true), (.strict, false)] {
      let plan = try Plan(graph, instructionSet: set, precision: precision, tuning: tuning)
      #expect(plan.stepTitles.contains { $0.kernel.hasPrefix(kernel) } == isTransformed)
    }
    let errors = try Errors(graph, rule.weights(for: graph), rule.input(graph[graph.inputs[0]].shape), set, tuning)
    errors.check()
  }

  /// Every golden, on the instruction set that a user gets; the reference itself is as near to double precision.
  @Test(arguments: GoldenTests.goldens.map(\.model)) func goldensStayNearDirectSums(_ name: String) throws {
    let golden = try #require(GoldenTests.goldens.first { $0.model == name })
    let graph = try GoldenTests.graph(golden)
    let input = golden.rule.input(Shape(golden.input))
    let errors = try Errors(graph, golden.weights(for: graph), input, .preferred())
    errors.check(GoldenTests.limit(name), "\(name)")
    let reference = golden.relativeError(of: errors.truth.map(\.rounded))
    #expect(reference < GoldenTests.limit(name), "the reference, from double precision")
    print("float64 \(name): exact \(errors.exact), strict \(errors.strict), reference \(reference)")
  }
}

/// How far the engine's answers are from double precision, relative to the largest magnitude of each output.
private struct Errors {
  let truth: [DoubleArray]
  let exact: Double
  let strict: Double

  init(
    _ graph: Graph, _ weights: Weights, _ input: NDArray, _ set: InstructionSet, _ tuning: Tuning? = nil
  ) throws {
    let truth = try graph.interpretInDouble(input, weights)
    func error(_ precision: Precision) throws -> Double {
      let answers = try Session(
        Plan(graph, instructionSet: set, precision: precision, tuning: tuning), weights
      ).run(input)
      return zip(answers, truth).map { $0.relativeError(to: $1) }.max()!
    }
    (self.truth, exact, strict) = (truth, try error(.exact), try error(.strict))
  }

  /// Transforms stray at most four times as far as direct sums, or as rounding the answer alone might.
  func check(_ limit: Float = 1e-5, _ comment: Comment = "") {
    #expect(exact < Double(limit), comment)
    #expect(exact <= 4 * max(strict, 2e-7), comment)
  }
}
