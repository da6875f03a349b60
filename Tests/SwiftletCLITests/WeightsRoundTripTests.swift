import Foundation
import Swiftlet
import Testing
import _SwiftletTestSupport

/// What is written as a network's weights is what the network reads back: names, shapes, values.
@Suite struct WeightsRoundTripTests {
  /// The smallest model of each family, and all that are small.
  static let names = allFamilies.flatMap { family in
    let sizes = family.models.map { model in (model.name, (try? model.graph().parameterCount) ?? .max) }
    let least = sizes.map(\.1).min() ?? 0
    return sizes.filter { $0.1 == least || $0.1 < 2_000_000 }.map(\.0)
  }

  @Test(arguments: names) func comesBack(_ name: String) throws {
    let graph = try Model.named(name).graph()
    let rule = Rule()
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let arrays = graph.parameters.map { ($0.name, rule.parameter($0.name, $0.shape)) }
    try SafeTensors.write(arrays, to: file)
    let weights = try WeightsFile.open(file)
    try weights.check(against: graph)
    #expect(weights.names.count == arrays.count)
    for (name, array) in arrays { #expect(try weights.array(name, array.shape) == array, "\(name)") }
  }
}
