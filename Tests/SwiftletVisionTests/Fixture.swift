import Foundation

/// A small photo in a file beside the tests (24×16 pixels of "Chelsea" by Stéfan van der Walt, CC0), and ways to spoil it.
struct Fixture {
  var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  init(_ name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// Where `pattern` starts for the first time.
  func index(of pattern: [UInt8]) -> Int {
    (0...bytes.count - pattern.count).first { bytes[$0..<$0 + pattern.count].elementsEqual(pattern) } ?? bytes.count
  }

  func index(of pattern: String) -> Int { index(of: Array(pattern.utf8)) }

  func cut(_ count: Int) -> [UInt8] { Array(bytes.prefix(count)) }

  func setting(_ offset: Int, _ new: [UInt8]) -> [UInt8] {
    var copy = bytes
    copy.replaceSubrange(offset..<offset + new.count, with: new)
    return copy
  }

  func inserting(_ new: [UInt8], at offset: Int) -> [UInt8] {
    Array(bytes[..<offset]) + new + bytes[offset...]
  }

  func removing(_ range: Range<Int>) -> [UInt8] { Array(bytes[..<range.lowerBound]) + bytes[range.upperBound...] }

  /// A JPEG segment.
  static func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
    [0xFF, marker] + big(body.count + 2).suffix(2) + body
  }

  /// A PNG chunk that nobody checks the sum of.
  static func chunk(_ type: String, _ body: [UInt8]) -> [UInt8] { big(body.count) + type.utf8 + body + [0, 0, 0, 0] }

  /// A RIFF chunk of WebP.
  static func riff(_ type: String, _ body: [UInt8]) -> [UInt8] {
    Array(type.utf8) + little(body.count) + body + [UInt8](repeating: 0, count: body.count % 2)
  }

  /// A whole WebP file of the given chunks.
  static func webp(_ chunks: [UInt8]...) -> [UInt8] { riff("RIFF", Array("WEBP".utf8) + chunks.joined()) }

  static func big(_ value: Int) -> [UInt8] { little(value).reversed() }
  static func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

  /// A TIFF block with one entry of one SHORT.
  static func exif(_ orientation: Int, isBig: Bool, tag: Int = 0x0112) -> [UInt8] {
    func short(_ value: Int) -> [UInt8] { isBig ? big(value).suffix(2) : Array(little(value).prefix(2)) }
    func long(_ value: Int) -> [UInt8] { isBig ? big(value) : little(value) }
    let header = (isBig ? [0x4D, 0x4D] : [0x49, 0x49]) + short(42) + long(8)
    return header + short(1) + short(tag) + short(3) + long(1) + short(orientation) + short(0) + long(0)
  }
}

/// Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
