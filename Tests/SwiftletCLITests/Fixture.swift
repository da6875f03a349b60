import Foundation
import Swiftlet
import _SwiftletTestSupport

/// Weights and photos that many tests share; made once, removed when the tests end.
enum Fixture {
  static let folder = TemporaryFolder()

  static let photos = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Examples/Photos")

  static func photo(_ name: String) -> String { photos.appending(path: name).path }

  /// The path of a file with the rule's weights of a model.
  static func weights(_ model: String, classes: Int = 1000, rule: Rule = Rule()) throws -> String {
    let graph = try Model.named(model).graph(classes: classes)
    let weights = rule.weights(for: graph)
    let path = folder.path("\(model)-\(classes)-\(UUID().uuidString).safetensors")
    try SafeTensors.write(graph.parameters.map { ($0.name, try weights.array($0.name, $0.shape)) }, to: path)
    return path
  }

  static let small = Result { try weights("mobilenetv3_small_050") }
  static let tiny = Result { try weights("tinynet_e") }
  static let tenClasses = Result { try weights("mobilenetv3_small_050", classes: 10) }
}
