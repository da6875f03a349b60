import SwiftletFormats
import Testing

struct OrientationTests {
  /// The stored pixel that is seen at (x, y), from the words of EXIF 2.3: where row 0 and column 0 are.
  static func stored(_ x: Int, _ y: Int, _ w: Int, _ h: Int, _ orientation: Int) -> (Int, Int) {
    switch orientation {
    case 2: (w - 1 - x, y)
    case 3: (w - 1 - x, h - 1 - y)
    case 4: (x, h - 1 - y)
    case 5: (y, x)
    case 6: (y, h - 1 - x)
    case 7: (w - 1 - y, h - 1 - x)
    case 8: (w - 1 - y, x)
    default: (x, y)
    }
  }

  static func turned(_ image: Image, _ orientation: Int) -> Image {
    let swaps = (5...8).contains(orientation)
    let (width, height) = swaps ? (image.height, image.width) : (image.width, image.height)
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let (sx, sy) = stored(x, y, image.width, image.height, orientation)
        let from = (sy * image.width + sx) * 3
        pixels += image.pixels[from..<from + 3]
      }
    }
    return Image(width: width, height: height, pixels: pixels)
  }

  /// The three formats with a TIFF block put in.
  static func photos(_ exif: [UInt8]) throws -> [(plain: [UInt8], tagged: [UInt8])] {
    let jpeg = try Fixture("baseline.jpg")
    let png = try Fixture("colour.png")
    let webp = try Fixture("lossless.webp")
    let extended = Fixture.riff("VP8X", [0x08, 0, 0, 0, 23, 0, 0, 15, 0, 0])
    let picture = Array(webp.bytes[12...])
    return [
      (jpeg.bytes, jpeg.inserting(Fixture.segment(0xE1, "Exif\0\0".utf8 + exif), at: 2)),
      (png.bytes, png.inserting(Fixture.chunk("eXIf", exif), at: 33)),
      (webp.bytes, Fixture.webp(extended, picture, Fixture.riff("EXIF", exif))),
      (webp.bytes, Fixture.webp(extended, picture, Fixture.riff("EXIF", "Exif\0\0".utf8 + exif))),
    ]
  }

  @Test(arguments: 0...9, [false, true]) func orientationIsApplied(_ orientation: Int, _ isBig: Bool) throws {
    for (plain, tagged) in try Self.photos(Fixture.exif(orientation, isBig: isBig)) {
      let seen = try Image.decode(tagged)
      #expect(seen == Self.turned(try Image.decode(plain), orientation))
    }
  }

  static let broken: [[UInt8]] = {
    let good = Fixture.exif(6, isBig: false)
    let cuts = (0..<18).map { Array(good.prefix($0)) }
    let edits: [(Int, [UInt8])] = [
      (0, [0x58, 0x58]), (2, [43]), (4, [0xFF, 0xFF, 0xFF, 0xFF]), (4, [0xFE, 0xFF, 0, 0]), (4, [24]), (10, [0, 1]),
      (12, [9]), (18, [0, 0]), (18, [99]),
    ]
    return cuts + edits.map { Fixture(good).setting($0.0, $0.1) }
      // A directory that names itself as the next one, and entries without end.
      + [
        Array(good.dropLast(4)).replacingTag() + [8, 0, 0, 0], Fixture(good.replacingTag()).setting(8, [0xFF, 0xFF]),
      ]
  }()

  @Test(arguments: broken) func brokenExifLeavesThePhotoAsStored(_ exif: [UInt8]) throws {
    for (plain, tagged) in try Self.photos(exif) { #expect(try Image.decode(tagged) == Image.decode(plain)) }
  }
}

extension [UInt8] {
  /// A TIFF block whose only entry is another one.
  fileprivate func replacingTag() -> [UInt8] { Fixture(self).setting(10, [0x0F, 0x01]) }
}
