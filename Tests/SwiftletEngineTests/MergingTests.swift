import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Branches that become one convolution answer as before.
@Suite struct MergingTests {
  func convolutions(_ graph: Graph) -> [Graph.ID] { graph.nodes.indices.filter { graph[$0].op is Conv } }

  /// The largest difference, relative, between a graph and the same one merged.
  func error(of merged: Graph, from graph: Graph) throws -> Float {
    let weights = Rule(salt: "merging").weights(for: graph)
    try weights.check(against: merged)
    let input = Rule().input(graph[graph.inputs[0]].shape)
    return try merged.interpret(input, weights)[0].relativeError(to: graph.interpret(input, weights)[0])
  }

  /// Convolutions and multiply-adds of the networks merged, each at its own size, counted on timm 1.0.31.
  static let networks: [(name: String, convolutions: Int, multiplyAdds: Int)] = [
    ("mobileone_s0", 43, 275_110_400), ("repvgg_a0", 22, 1_361_451_008), ("repvgg_b1g4", 28, 7_306_870_784),
    ("fastvit_t8", 52, 685_160_448), ("fastvit_sa12", 59, 1_928_830_976),
    ("repghostnet_050", 95, 43_314_720), ("ghostnetv3_050", 137, 49_640_656),
    // timm joins the two classifiers of RepViT as well, which saves 384 · 1000.
    ("repvit_m0_9", 103, 816_001_344), ("repvit_m1", 103, 816_001_344),
  ]

  @Test(arguments: networks) func networksKeepTheirAnswers(_ name: String, _ count: Int, _ multiplyAdds: Int) throws {
    let model = try #require(allModels.first { $0.name == name })
    let merged = try mergingBranches(model.graph())
    let products = merged.nodes.indices.filter { merged[$0].op is Conv || merged[$0].op is Gemm }
    #expect(convolutions(merged).count == count)
    let cost = products.map { merged[$0].op.cost(merged.inputShapes($0), merged[$0].shape).multiplyAdds }
    #expect(cost.reduce(0, +) == multiplyAdds)

    let small = try model.graph(size: (48, 33))
    #expect(try error(of: mergingBranches(small), from: small) < 1e-5)
  }

  static let families = ["MobileOne", "RepVGG", "RepGhost", "RepViT", "GhostNetV3", "FastViT"]
  static let models = allFamilies.filter { families.contains($0.name) }.flatMap(\.models).map(\.name)

  /// Sessions merge what they are given: the form that is trained runs in the steps of the one that is deployed.
  @Test(arguments: models) func sessionsMerge(_ name: String) throws {
    let model = try #require(allModels.first { $0.name == name })
    let graph = try model.graph(size: (64, 96), classes: 10)
    let weights = Rule(salt: "merging", gain: 0.25).weights(for: graph)
    let input = Rule().input(graph[graph.inputs[0]].shape)
    let merged = try Plan(graph, threads: 2)
    let branched = try Plan(graph, passes: inferencePasses.filter { !$0.name.contains("merge") }, threads: 2)
    #expect(merged.stepTitles.count < branched.stepTitles.count)
    func references(_ plan: Plan) -> Int { plan.stepTitles.count { $0.kernel.hasPrefix("reference") } }
    #expect(references(merged) <= references(branched))
    let answer = try Session(branched, weights).run(input)[0]
    #expect(try Session(merged, weights).run(input)[0].relativeError(to: answer) < 1e-5)
  }

  @Test func allFamiliesAreThere() {
    #expect(Self.families.allSatisfy { name in allFamilies.contains { $0.name == name } })
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Convolutions that are left.
    var left: Int
    var body: @Sendable (Tensor) -> Tensor
  }

  static let cases = [
    Case(testDescription: "a strided convolution and a pointwise one", left: 1) {
      $0.scoped("a", ConvBN(8, 3, stride: 2, .none)) + $0.scoped("b", Conv2D(8, 1, stride: 2, bias: true))
    },
    Case(testDescription: "pads on one side only", left: 1) {
      $0.scoped("a", Conv2D(8, 3, stride: 2, padding: .tensorFlow)) + $0.scoped("b", Conv2D(8, 1, stride: 2))
    },
    Case(testDescription: "groups and a normalised identity", left: 1) {
      $0.scoped("a", Conv2D(6, 3, groups: 2)) + $0.scoped("b", BatchNorm())
    },
    Case(testDescription: "an identity before a filter of each channel", left: 1) {
      ($0 + $0.scoped("a", Depthwise(5, bias: true))).scoped("bn", BatchNorm()) + $0
    },
    Case(testDescription: "a dilated convolution and a pointwise one", left: 1) {
      $0.scoped("a", Conv2D(6, 3, dilation: 2)) + $0.scoped("b", Conv2D(6, 1))
    },
    Case(testDescription: "sums of sums", left: 1) { x in
      let branches = (0..<4).map { x.scoped("\($0)", ConvBN(6, $0 + 1 | 1, .none)) }
      return (branches[0] + branches[3]) + (branches[2] + (branches[1] + x))
    },
    Case(testDescription: "kernels of which none covers the other", left: 2) {
      $0.scoped("a", Conv2D(6, kernel: [1, 3])) + $0.scoped("b", Conv2D(6, kernel: [3, 1]))
    },
    Case(testDescription: "other groups", left: 2) {
      $0.scoped("a", Conv2D(6, 3, groups: 2)) + $0.scoped("b", Conv2D(6, 3))
    },
    Case(testDescription: "other dilations", left: 2) {
      $0.scoped("a", Conv2D(6, 3)) + $0.scoped("b", Conv2D(6, 3, dilation: 2))
    },
    Case(testDescription: "another source", left: 2) {
      $0.scoped("a", Conv2D(6, 3)) + $0.relu.scoped("b", Conv2D(6, 3))
    },
    Case(testDescription: "a branch that is read twice", left: 2) {
      let a = $0.scoped("a", Conv2D(6, 3))
      return (a + $0.scoped("b", Conv2D(6, 3))).relu * a
    },
    Case(testDescription: "a kernel computed from the input", left: 2) { x in
      let kernel = x.globalAveragePooled.reshaped([6, 1, 1, 1])
      return x.apply(Conv(Window(1), group: 6), kernel) + x.scoped("a", Depthwise(3))
    },
    Case(testDescription: "a difference of branches, scaled, beside the input", left: 1) { x in
      let difference = x.scoped("a", ConvBN(Depthwise(3), .none)) - x.scoped("b", BatchNorm())
      return x + difference * x.parameter("gamma", [6, 1, 1])
    },
    Case(testDescription: "factors that are not of channels", left: 2) { x in
      x.scoped("a", Conv2D(6, 3)) * x.parameter("gamma", [6, 10, 7]) + x.scoped("b", Conv2D(6, 1))
    },
    Case(testDescription: "a pointwise convolution that is its own residual", left: 1) {
      ($0 + $0.scoped("a", Conv2D(6, 1))).relu
    },
  ]

  @Test(arguments: cases) func smallGraphsKeepTheirAnswers(_ item: Case) throws {
    let graph = try Graph(input: [1, 6, 10, 7]) { [item.body($0)] }
    let merged = try mergingBranches(graph)
    #expect(convolutions(merged).count == item.left)
    #expect(try error(of: merged, from: graph) < 1e-5)
  }
}
