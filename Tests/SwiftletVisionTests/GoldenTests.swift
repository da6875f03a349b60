import Foundation
import SwiftletFormats
import SwiftletGraph
import SwiftletVision
import Testing

/// Photos in all the shapes that users bring, against Pillow, torchvision and timm.
struct GoldenTests {
  struct Golden: Decodable, CustomTestStringConvertible {
    struct Samples: Decodable {
      let mean: [Double]
      let every: Int
      let values: [Int]
    }
    struct Config: Decodable {
      let input_size: [Int]
      let interpolation: Preprocessing.Interpolation
      let crop_pct: Double
      let mean: [Float]
      let std: [Float]
    }
    struct Transform: Decodable {
      let config: Config
      let mean: Double
      let every: Int
      let values: [Float]
    }

    let file: String
    let size: [Int]
    let pixels: Samples
    let transforms: [Transform]
    var testDescription: String { file }
  }

  static let goldens: [Golden] = {
    guard let data = FileManager.default.contents(atPath: SharedData.path("goldens/preprocess.json")) else { return [] }
    return (try? JSONDecoder().decode([Golden].self, from: data)) ?? []
  }()

  @Test(.enabled(if: SharedData.folder != nil)) func goldensAreRead() { #expect(Self.goldens.count >= 13) }

  @Test(arguments: goldens) func pixelsEqual(_ golden: Golden) throws {
    let image = try Image.read(path: SharedData.path("photos/\(golden.file)"))
    #expect([image.width, image.height] == golden.size)
    let found = stride(from: 0, to: image.pixels.count, by: golden.pixels.every).map { Int(image.pixels[$0]) }
    try #require(found.count == golden.pixels.values.count)
    let differences = zip(found, golden.pixels.values).map { abs($0 - $1) }
    let allowed = golden.file.hasSuffix(".png") ? 0 : golden.file.hasSuffix(".jpg") ? 1 : 2
    #expect(differences.allSatisfy { $0 <= allowed })
    if allowed == 1 { #expect(differences.count { $0 > 0 } * 1000 <= differences.count) }
    for channel in 0..<3 {
      let values = stride(from: channel, to: image.pixels.count, by: 3).map { Double(image.pixels[$0]) }
      #expect(abs(values.reduce(0, +) / Double(values.count) - golden.pixels.mean[channel]) < 0.1)
    }
  }

  @Test(arguments: goldens) func tensorsEqual(_ golden: Golden) throws {
    let image = try Image.read(path: SharedData.path("photos/\(golden.file)"))
    #expect(!golden.transforms.isEmpty)
    for transform in golden.transforms {
      let config = transform.config
      let preprocessing = Preprocessing(
        channels: config.input_size[0], height: config.input_size[1], width: config.input_size[2],
        interpolation: config.interpolation, cropFraction: config.crop_pct, mean: config.mean, std: config.std)
      let tensor = try preprocessing.tensor(from: image)
      #expect(tensor.shape == Shape([1] + config.input_size))
      let found = stride(from: 0, to: tensor.scalars.count, by: transform.every).map { tensor.scalars[$0] }
      try #require(found.count == transform.values.count)
      let worst = zip(found, transform.values).map { abs($0 - $1) }.max() ?? .infinity
      // One level of an 8-bit pixel is 1/255 before the division.
      let level = 1 / 255 / (config.std.min() ?? 1)
      #expect(
        worst <= (golden.file.hasSuffix(".png") ? 1e-5 : golden.file.hasSuffix(".jpg") ? level : 2 * level) + 1e-5)
      let mean = tensor.scalars.reduce(0) { $0 + Double($1) } / Double(tensor.scalars.count)
      #expect(abs(mean - transform.mean) < 2e-3)
    }
  }
}
