import SwiftletGraph
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Weights under other names than the definition's.
@Suite struct DialectTests {
  static func model(_ name: String) throws -> Model { try #require(allModels.first { $0.name == name }) }

  /// The names of a network in a dialect.
  static func names(_ model: Model, _ dialect: Dialect) throws -> [[String]] {
    dialect.names(of: try model.definition().parameters.map(\.name))
  }

  /// The rule's weights of a network, called as `dialect` calls them, pieces where it has them.
  static func spelled(_ model: Model, _ dialect: Dialect?, keeping: (String) -> Bool = { _ in true }) throws -> Weights
  {
    var weights = Weights(source: "a file")
    let (graph, rule) = (try model.definition(), Rule())
    for (names, (own, shape, _)) in zip(
      dialect?.names(of: graph.parameters.map(\.name)) ?? graph.parameters.map { [$0.name] }, graph.parameters)
    {
      let rows = shape.rank == 0 ? 0 : shape[0] / names.count
      for (i, name) in names.enumerated() where keeping(name) {
        let piece = names.count == 1 ? shape : Shape([rows] + shape.dropFirst())
        weights.add(name, piece) {
          let all = rule.parameter(own, shape).scalars
          return NDArray(piece, Array(all[i * piece.elementCount..<(i + 1) * piece.elementCount]))
        }
      }
    }
    return weights
  }

  static let models = allModels.filter { !$0.dialects.isEmpty || $0.dialect != nil }

  @Test(arguments: models.map(\.name)) func everyNameHasOnePlace(_ name: String) throws {
    let model = try Self.model(name)
    let graph = try model.graph()
    for dialect in [model.dialect].compactMap({ $0 }) + model.dialects {
      let names = try Self.names(model, dialect).flatMap { $0 }
      #expect(Set(names).count == names.count, "\(name) in \(dialect.name)")
      let read = try model.reading(Self.spelled(model, dialect))
      try read.check(against: graph)
    }
    try model.reading(Self.spelled(model, nil)).check(against: graph)
  }

  /// One network of each family that has dialects: the arrays themselves.
  @Test(arguments: allFamilies.compactMap { $0.models.first { $0.dialect == nil && !$0.dialects.isEmpty }?.name })
  func arraysAreTheSame(_ name: String) throws {
    let model = try Self.model(name)
    let graph = try model.graph()
    for dialect in model.dialects {
      let read = try model.reading(Self.spelled(model, dialect))
      for (name, shape, _) in graph.parameters where shape.elementCount < 100_000 {
        #expect(try read.array(name, shape) == Rule().parameter(name, shape), "\(name) in \(dialect.name)")
      }
    }
  }

  /// FNV-1a of the sorted names, a line feed behind each, counted on the reference.
  static let references: [(model: String, dialect: String, hash: UInt64)] = [
    ("mobilenetv2_100", "torchvision", 0x12CEC54BAB26494E),
    ("mobilenetv3_large_100", "torchvision", 0xB6856625B8377A02),
    ("mobilenetv3_small_100", "torchvision", 0x52EA7928318E710D),
    ("mnasnet_050", "torchvision", 0x8CACBEBA7B54A2CA),
    ("torchvision.mnasnet0_75", "torchvision", 0x8CACBEBA7B54A2CA),
    ("mnasnet_100", "torchvision", 0x8CACBEBA7B54A2CA),
    ("torchvision.mnasnet1_3", "torchvision", 0x8CACBEBA7B54A2CA),
    ("efficientnet_b0", "torchvision", 0xFFBFBD47DFFD5A15),
    ("efficientnet_b1", "torchvision", 0x1F42A972CB16A8B3),
    ("efficientnet_b2", "torchvision", 0x1F42A972CB16A8B3),
    ("efficientnet_b3", "torchvision", 0x516BF945A2502360),
    ("efficientnet_b4", "torchvision", 0x57413FDE513CC325),
    ("efficientnet_b5", "torchvision", 0xF97D931310420FF2),
    ("efficientnet_b6", "torchvision", 0x843CA340D487A7CE),
    ("efficientnet_b7", "torchvision", 0x7B4676FF3DB9A113),
    ("efficientnetv2_s", "torchvision", 0x37F40877879EAB96),
    ("efficientnetv2_m", "torchvision", 0x29E5C4020486EEA9),
    ("efficientnetv2_l", "torchvision", 0x44A7E080BED1995B),
    ("torchvision.efficientnet_v2_s", "torchvision", 0x37F40877879EAB96),
    ("torchvision.efficientnet_v2_m", "torchvision", 0x29E5C4020486EEA9),
    ("torchvision.efficientnet_v2_l", "torchvision", 0x44A7E080BED1995B),
    ("vgg11", "torchvision", 0x2B7D07013B740A24),
    ("vgg19_bn", "torchvision", 0x4A5F44849053BFD4),
    ("convnext_tiny", "torchvision", 0x95BC24A6020824B0),
    ("vit_base_patch16_224", "torchvision", 0x59B9264B8D8028D2),
    ("vit_base_patch32_224", "torchvision", 0x59B9264B8D8028D2),
    ("regnety_004", "torchvision", 0x29B1A456D6700C45),
    ("regnetx_004_tv", "torchvision", 0x6566F7D67A709EAA),
    ("regnety_032", "torchvision", 0x4C733CED182D4834),
  ]

  @Test(arguments: references.map { ($0.model, $0.dialect, $0.hash) })
  func namesAreTheReferences(_ name: String, _ dialect: String, _ hash: UInt64) throws {
    let model = try Self.model(name)
    let all = try ([model.dialect].compactMap { $0 } + model.dialects).filter { $0.name == dialect }.map {
      try Self.hash(Self.names(model, $0).flatMap { $0 })
    }
    #expect(all.contains(hash))
  }

  static func hash(_ names: [String]) -> UInt64 {
    names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }.joined(separator: [10]).reduce(
      0xCBF2_9CE4_8422_2325
    ) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  @Test func shapesAreRefolded() throws {
    let model = try Self.model("vgg11")
    let dialect = try #require(model.dialects.first)
    let graph = try model.graph()
    var weights = Weights(source: "a file")
    for ((name, shape, _), spelled) in zip(graph.parameters, try Self.names(model, dialect)) {
      let flat = name == "pre_logits.fc1.weight" || name == "pre_logits.fc2.weight"
      let folded = flat ? Shape([shape[0], shape.dropFirst().reduce(1, *)]) : shape
      weights.add(spelled[0], folded) { Rule().parameter(name, shape).reshaped(folded) }
    }
    let read = try model.reading(weights)
    try read.check(against: graph)
    let fc2: Shape = [4096, 4096, 1, 1]
    #expect(try read.array("pre_logits.fc2.weight", fc2).scalars.count == 4096 * 4096)
  }

  /// Errors speak the language of the file, in one message.
  @Test func halfAFileIsOneError() throws {
    let model = try Self.model("mobilenetv2_100")
    let dialect = try #require(model.dialects.first)
    var half = try Self.spelled(model, dialect) { !$0.hasPrefix("features.18.") && $0 != "features.3.conv.2.weight" }
    half.add("features.19.0.weight", [1]) { NDArray([1]) }
    half.add("features.19.1.num_batches_tracked", [1]) { NDArray([1]) }
    half.add("classifier.1.weight", [7, 3]) { NDArray([7, 3]) }
    let error = try #require(throws: WeightsError.self) { try model.reading(half).check(against: model.graph()) }
    #expect(error.source == "a file")
    #expect(error.missing.first == "features.3.conv.2.weight")
    #expect(error.missing.count == 6 && error.missing.contains("features.18.1.running_var"))
    #expect(error.unexpected == ["features.19.0.weight"])
    #expect(
      error.misshapen == [.init(name: "classifier.1.weight", found: [7, 3], expected: [1000, 1280])])
    let own = try Self.spelled(model, nil) { $0 != "conv_stem.weight" }
    let other = try #require(throws: WeightsError.self) { try model.reading(own).check(against: model.graph()) }
    #expect(other.missing == ["conv_stem.weight"] && other.unexpected == [])
  }

  @Test func fineTunedFilesKeepTheirClasses() throws {
    let model = try Self.model("vit_tiny_patch16_224")
    let dialect = try #require(model.dialects.first)
    var weights = try Self.spelled(model, dialect)
    weights.add("heads.head.weight", [5, 192]) { NDArray([5, 192]) }
    weights.add("heads.head.bias", [5]) { NDArray([5]) }
    let read = try model.reading(weights)
    try read.check(against: model.graph(classes: 5))
    try read.check(against: model.graph(classes: 0), ignoring: model.classifiers)
    #expect(throws: WeightsError.self) { try read.check(against: model.graph()) }
  }

  @Test func wrappedFilesLoad() throws {
    let model = try Self.model("tinynet_e")
    let graph = try model.graph()
    var wrapped = Weights(source: "a file")
    for (name, shape, _) in graph.parameters { wrapped.add("module.\(name)", shape) { NDArray(shape) } }
    try model.reading(wrapped).check(against: graph)
    let read = try model.reading(model.reading(wrapped))
    try read.check(against: graph)
  }

  /// Files without the heads of training are whole; files with a part of them are not.
  @Test(arguments: ["inception_v3", "googlenet"]) func headsOfTrainingMayBeMissing(_ name: String) throws {
    let model = try Self.model(name)
    let graph = try model.graph()
    let heads = model.auxiliaryClassifiers.map { String($0.prefix { $0 != "." }) + "." }
    #expect(!heads.isEmpty)
    let bare = try Self.spelled(model, nil) { name in !heads.contains(where: name.hasPrefix) }
    try model.reading(bare).check(against: graph)
    let torn = try Self.spelled(model, nil) { !model.auxiliaryClassifiers.contains(where: $0.hasPrefix) }
    let error = try #require(throws: WeightsError.self) { try model.reading(torn).check(against: graph) }
    #expect(error.missing.count == 2 * heads.count)
  }
}
