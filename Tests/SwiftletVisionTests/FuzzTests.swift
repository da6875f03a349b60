import SwiftletFormats
import Testing

/// Seeded mutations of every format: an image or an error, never a trap, in bounded time.
struct FuzzTests {
  static let names = [
    "baseline.jpg", "progressive.jpg", "cmyk.jpg", "colour.png", "palette.png", "lossy.webp", "lossless.webp",
    "animated.webp",
  ]

  static func mutated(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
    var bytes = bytes
    for _ in 0...Int.random(in: 0..<8, using: &random) {
      let i = Int.random(in: 0..<bytes.count, using: &random)
      let j = Int.random(in: i..<min(bytes.count, i + 64), using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bytes = Array(bytes.prefix(max(i, 12)))
      case 1: bytes.insert(contentsOf: bytes[i...j], at: i)
      case 2: if bytes.count > 100 { bytes.removeSubrange(i...j) }
      case 3: bytes[i] = [0, 0xFF, 0x7F, 0x80, 1].randomElement(using: &random)!
      default: bytes[i] = UInt8.random(in: 0...255, using: &random)
      }
    }
    return bytes
  }

  @Test(arguments: names, [false, true]) func mutationsEndWell(_ name: String, _ allowsPartial: Bool) throws {
    let photo = try Fixture(name).bytes
    var limits = ImageLimits.default
    limits.pixels = 4_000_000
    limits.allowsPartial = allowsPartial
    var random = SplitMix(state: 2026)
    var errors = 0
    var slowest = Duration.zero
    for _ in 0..<600 {
      let bytes = Self.mutated(photo, &random)
      slowest = max(
        slowest,
        ContinuousClock().measure {
          do throws(ImageError) {
            let image = try Image.decode(bytes, name: name, limits: limits)
            #expect(image.pixels.count == image.width * image.height * 3)
          } catch {
            errors += 1
            #expect(error.path == name)
          }
        })
    }
    #expect(errors > (allowsPartial ? 10 : 100))
    #expect(slowest < .seconds(5))
  }
}
