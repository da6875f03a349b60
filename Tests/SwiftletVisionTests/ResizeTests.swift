import SwiftletFormats
import SwiftletGraph
import SwiftletVision
import Testing

struct ResizeTests {
  static func noise(_ width: Int, _ height: Int, seed: UInt64 = 1) -> Image {
    var random = SplitMix(state: seed)
    return Image(
      width: width, height: height,
      pixels: (0..<width * height * 3).map { _ in UInt8.random(in: 0...255, using: &random) })
  }

  static let sizes = [(1, 1), (13, 7), (31, 64), (200, 3), (40, 23)]

  @Test(arguments: Preprocessing.Interpolation.allCases) func constantStaysConstant(
    _ filter: Preprocessing.Interpolation
  ) throws {
    for level: UInt8 in [0, 1, 127, 254, 255] {
      let image = Image(width: 40, height: 23, pixels: [UInt8](repeating: level, count: 40 * 23 * 3))
      for size in Self.sizes {
        let resized = try image.resized(to: size, filter: filter)
        #expect((resized.width, resized.height) == size)
        #expect(resized.pixels.allSatisfy { $0 == level })
      }
    }
  }

  @Test(arguments: Preprocessing.Interpolation.allCases) func sameSizeIsIdentity(
    _ filter: Preprocessing.Interpolation
  ) throws {
    let image = Self.noise(40, 23)
    #expect(try image.resized(to: (40, 23), filter: filter) == image)
    // Along an axis that keeps its size nothing changes: a row repeated downwards stays one row repeated.
    let row = Image(width: 40, height: 1, pixels: Array(image.pixels.prefix(120)))
    let tall = try row.resized(to: (40, 5), filter: filter)
    #expect(tall.pixels == (0..<5).flatMap { _ in row.pixels })
  }

  /// Symmetric kernels do not care from which side one looks. Nearest and box break ties to one side.
  @Test(arguments: [Preprocessing.Interpolation.bilinear, .hamming, .bicubic, .lanczos]) func flipsCommute(
    _ filter: Preprocessing.Interpolation
  ) throws {
    let image = Self.noise(37, 29)
    for size in Self.sizes {
      for flip in 2...4 {
        let before = try OrientationTests.turned(image, flip).resized(to: size, filter: filter)
        let after = OrientationTests.turned(try image.resized(to: size, filter: filter), flip)
        #expect(zip(before.pixels, after.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
      }
    }
  }

  @Test func knownNumbers() throws {
    // Halving with a box is the mean of two, rounded half up; nearest takes the pixel right of the middle.
    let image = Image(width: 4, height: 1, pixels: [0, 0, 0, 1, 10, 100, 7, 7, 7, 8, 17, 255])
    #expect(try image.resized(to: (2, 1), filter: .box).pixels == [1, 5, 50, 8, 12, 131])
    #expect(try image.resized(to: (2, 1), filter: .nearest).pixels == [1, 10, 100, 8, 17, 255])
  }

  @Test func badSizesAreRefused() {
    for size in [(0, 5), (5, 0), (-1, 5), (1 << 40, 1 << 40), (20_000, 20_000)] {
      #expect(throws: PreprocessingError.self) { try Self.noise(4, 4).resized(to: size, filter: .bicubic) }
    }
  }
}
