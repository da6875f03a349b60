import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Networks as backbones: the last map of each stride, with the parameters it needs and no others.
@Suite struct FeatureMapTests {
  static func model(_ name: String) throws -> Model { try #require(allModels.first { $0.name == name }) }

  /// Networks with convolutions without padding, whose maps are smaller than ⌈size / stride⌉.
  static let unpadded = ["inception_", "legacy_xception", "squeezenet"]

  @Test(arguments: allModels.map(\.name)) func everyModelHasMaps(_ name: String) throws {
    let model = try Self.model(name)
    let maps = model.featureMaps
    #expect(!maps.isEmpty)
    let graph = try model.features(batch: 2)
    let image = graph[graph.inputs[0]].shape
    #expect(graph.outputs.count == maps.count)
    for ((stride, channels), id) in zip(maps, graph.outputs) {
      let shape = graph[id].shape
      #expect(shape.rank == 4 && shape[0] == 2 && shape[1] == channels)
      if !Self.unpadded.contains(where: name.hasPrefix) {
        #expect([shape[2], shape[3]] == [image[2], image[3]].map { ($0 + stride - 1) / stride }, "\(stride)")
      }
    }
    if let timm = timmFeatureMaps[name] {
      #expect(Dictionary(uniqueKeysWithValues: maps.map { ($0.stride, $0.channels) }) == timm)
    }
  }

  @Test func everyTimmModelIsHere() {
    let names = Set(allModels.map(\.name))
    #expect(timmFeatureMaps.count == 292)
    #expect(timmFeatureMaps.keys.filter { !names.contains($0) } == [])
  }

  /// Weights of the whole network load into a backbone, by the rule that the model states.
  @Test(arguments: allModels.map(\.name)) func takesTheWholeNetworksWeights(_ name: String) throws {
    let model = try Self.model(name)
    let whole = try model.graph()
    let (weights, names) = (Rule().weights(for: whole), whole.parameters.map(\.name))
    for stride in model.featureMaps.map(\.stride) {
      let graph = try model.features(strides: [stride])
      let kept = Set(graph.parameters.map(\.name))
      #expect(graph.outputs.count == 1 && kept.isSubset(of: names))
      #expect(graph.parameters.map(\.name) == names.filter(kept.contains))
      try weights.check(against: graph, ignoring: model.leftOut(of: graph))
      if kept.count < names.count {
        let error = #expect(throws: WeightsError.self) { try weights.check(against: graph) }
        #expect(error?.missing == [] && error?.misshapen == [])
        #expect(error.map { Set($0.unexpected) } == Set(names.filter { !kept.contains($0) }))
      }
    }
    var strange = weights
    strange.add("strange.weight", [1]) { NDArray([1]) }
    let graph = try model.features()
    #expect(throws: WeightsError.self) { try strange.check(against: graph, ignoring: model.leftOut(of: graph)) }
  }

  @Test func strangeStridesAreRefused() throws {
    let vit = try Self.model("vit_tiny_patch16_224")
    #expect(vit.featureMaps.map(\.stride) == [16])
    let error = #expect(throws: GraphError.self) { try vit.features(strides: [8]) }
    #expect(error?.message.contains("[16]") == true)
    let resnet = try Self.model("resnet18")
    for strides in [[], [0], [3], [64], [-8], [8, 5]] {
      #expect(throws: GraphError.self) { try resnet.features(strides: strides) }
    }
    let mixed = try resnet.features(strides: [32, 8])
    #expect(mixed.outputs.map { mixed[$0].shape[1] } == [512, 128])
  }

  /// Nothing behind the last map that is asked for is left.
  @Test func lateStagesAreGone() throws {
    let graph = try Self.model("resnet18").features(strides: [8])
    #expect(!graph.nodes.contains { $0.name.hasPrefix("layer3") || $0.name.hasPrefix("fc") })
    #expect(graph.parameters.last?.name.hasPrefix("layer2.1.bn2") == true)
  }

  /// Networks that end with the mean of their last map: it is the map that `features` gives.
  @Test(arguments: ["resnet18", "densenet40_k12_cifar", "igcv1_plain_l24m2_d20", "squeezenet1_1", "repvgg_a0"])
  func theLastMapIsWhatIsPooled(_ name: String) throws {
    let model = try Self.model(name)
    let size = (height: 65, width: 97)
    let (whole, maps) = (try model.graph(size: size, classes: 0), try model.features(size: size))
    let weights = Rule(gain: 1).weights(for: whole)
    let input = Rule().input(whole[whole.inputs[0]].shape)
    let pooled = try whole.interpret(input, weights)[0]
    let map = try #require(try maps.interpret(input, weights).last)
    let means = NDArray(pooled.shape) { c in
      let plane = map.shape[2] * map.shape[3]
      return map.scalars[c * plane..<(c + 1) * plane].reduce(0, +) / Float(plane)
    }
    #expect(means.relativeError(to: pooled) < 1e-5)
  }
}
