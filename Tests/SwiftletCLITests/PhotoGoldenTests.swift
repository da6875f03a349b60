import Foundation
import Swiftlet
import Testing
import _SwiftletTestSupport

/// The whole way from a photo's file to logits, against timm's.
@Suite struct PhotoGoldenTests {
  struct PhotoGolden: Decodable, Sendable {
    var model: String
    var gain: Float
    var photo: String
    var top5: [Int]
    var logits: [Float]
  }

  static let goldens: [PhotoGolden] = {
    let file = SharedData.root.appending(path: "goldens/photos.json")
    guard let data = try? Data(contentsOf: file) else { return [] }
    return ((try? JSONDecoder().decode([PhotoGolden].self, from: data)) ?? []).filter { golden in
      allModels.contains { $0.name == golden.model }
    }
  }()

  @Test(arguments: Set(goldens.map(\.model)).sorted()) func answersAsTheReference(_ name: String) throws {
    let model = try Model.named(name)
    let goldens = Self.goldens.filter { $0.model == name }
    let weights = Rule(gain: goldens[0].gain).weights(for: try model.graph())
    let classifier = try Classifier(model, weights: weights, threads: 2)
    for golden in goldens {
      let path = SharedData.root.appending(path: "photos/\(golden.photo)").path
      let logits = try classifier.logits(Image.read(path: path))
      let error = NDArray([1000], logits).relativeError(to: NDArray([1000], golden.logits))
      print(name, golden.photo, error)
      #expect(error < 1e-3, "\(golden.photo)")
      #expect(try classifier.classify(path).map(\.index) == golden.top5, "\(golden.photo)")
    }
  }
}
