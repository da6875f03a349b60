import Foundation
import SwiftletFormats
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Files that lie. Each is refused with an error that names it.
struct HostileTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let code: ImageError.Code
    let bytes: [UInt8]
    init(_ name: String, _ code: ImageError.Code, _ bytes: [UInt8]) {
      (self.name, self.code, self.bytes) = (name, code, bytes)
    }
    var testDescription: String { name }
  }

  static func jpeg() throws -> [Case] {
    let photo = try Fixture("baseline.jpg")
    let progressive = try Fixture("progressive.jpg")
    let frame = photo.index(of: [0xFF, 0xC0])
    let scan = progressive.index(of: [0xFF, 0xDA])
    let oneScan = Array(progressive.bytes[scan..<scan + 2 + 12]) + [0]
    let comments = (0...10_000).flatMap { _ in Fixture.segment(0xFE, []) }
    return [
      Case("jpeg: start only", .truncated, photo.cut(3)), Case("jpeg: cut in the header", .truncated, photo.cut(20)),
      Case("jpeg: cut in a table", .truncated, photo.cut(frame - 10)),
      Case("jpeg: cut at the frame", .truncated, photo.cut(frame)),
      Case("jpeg: cut in data", .truncated, photo.cut(photo.bytes.count - 30)),
      Case("jpeg: without its end", .truncated, photo.cut(photo.bytes.count - 2)),
      Case("jpeg: data lost before the end", .truncated, photo.cut(photo.bytes.count - 40) + [0xFF, 0xD9]),
      Case("jpeg: 65535×65535", .limitExceeded, photo.setting(frame + 5, [0xFF, 0xFF, 0xFF, 0xFF])),
      Case("jpeg: 10000×10000 in a few bytes", .truncated, photo.setting(frame + 5, [0x27, 0x10, 0x27, 0x10])),
      Case("jpeg: no width", .malformed, photo.setting(frame + 7, [0, 0])),
      Case("jpeg: no height", .malformed, photo.setting(frame + 5, [0, 0])),
      Case("jpeg: 12 bits", .unsupported, photo.setting(frame + 4, [12])),
      Case("jpeg: lossless", .unsupported, photo.setting(frame + 1, [0xC3])),
      Case("jpeg: two components", .unsupported, photo.setting(frame + 9, [2])),
      Case("jpeg: more components than bytes", .malformed, photo.setting(frame + 9, [255])),
      Case("jpeg: no samples", .malformed, photo.setting(frame + 11, [0])),
      Case("jpeg: a segment of 0 bytes", .malformed, photo.setting(4, [0, 0])),
      Case("jpeg: a segment that leaves the file", .truncated, photo.setting(4, [0xFF, 0xFF])),
      Case("jpeg: two frames", .malformed, photo.inserting(Array(photo.bytes[frame..<frame + 19]), at: frame)),
      Case("jpeg: a scan first", .malformed, photo.inserting(Fixture.segment(0xDA, [1, 1, 0, 0, 63, 0]), at: 2)),
      Case("jpeg: 101 scans", .limitExceeded, progressive.inserting((0..<101).flatMap { _ in oneScan }, at: scan)),
      Case("jpeg: 10,001 segments", .limitExceeded, photo.inserting(comments, at: 2)),
      Case("jpeg: nothing but the end", .malformed, [0xFF, 0xD8, 0xFF, 0xD9]),
      Case("jpeg: no quantization tables", .malformed, Fixture(photo.bytes).renaming(0xDB)),
      Case(
        "jpeg: a wrong Huffman table", .malformed,
        photo.setting(photo.index(of: [0xFF, 0xC4]) + 5, [UInt8](repeating: 255, count: 16))),
    ]
  }

  static func png() throws -> [Case] {
    let photo = try Fixture("colour.png")
    let palette = try Fixture("palette.png")
    let data = photo.index(of: "IDAT")
    let end = photo.index(of: "IEND")
    let colors = palette.index(of: "PLTE") - 4
    let header = Array(photo.bytes[8..<33])
    let texts = (0...10_000).flatMap { _ in Fixture.chunk("tEXt", [65, 0, 66]) }
    return [
      Case("png: signature only", .truncated, photo.cut(8)), Case("png: cut in the header", .truncated, photo.cut(20)),
      Case("png: cut after the header", .truncated, photo.cut(33)),
      Case("png: cut in data", .truncated, photo.cut(data + 100)),
      Case("png: without IEND", .truncated, photo.cut(end - 4)),
      Case("png: cut in IEND", .truncated, photo.cut(end + 6)),
      Case("png: 2147483647 wide", .limitExceeded, photo.setting(16, [0x7F, 0xFF, 0xFF, 0xFF])),
      Case("png: 4294967295 high", .limitExceeded, photo.setting(20, [0xFF, 0xFF, 0xFF, 0xFF])),
      Case("png: 60000×60000", .limitExceeded, photo.setting(16, Fixture.big(60000) + Fixture.big(60000))),
      Case("png: 10000×10000 in a few bytes", .truncated, photo.setting(16, Fixture.big(10000) + Fixture.big(10000))),
      Case("png: no width", .malformed, photo.setting(16, [0, 0, 0, 0])),
      Case("png: wrong sum of the header", .malformed, photo.setting(29, [photo.bytes[29] ^ 1])),
      Case("png: wrong sum of data", .malformed, photo.setting(end - 5, [photo.bytes[end - 5] ^ 1])),
      Case("png: wrong data", .malformed, photo.setting(data + 60, [photo.bytes[data + 60] ^ 0xFF])),
      Case("png: 10,001 chunks", .limitExceeded, photo.inserting(texts, at: 33)),
      Case("png: a chunk of 4 GiB", .truncated, photo.setting(33, [0xFF, 0xFF, 0xFF, 0xFF])),
      Case("png: an unknown critical chunk", .unsupported, photo.inserting(Fixture.chunk("ABCD", []), at: 33)),
      Case("png: two headers", .malformed, photo.inserting(header, at: 33)),
      Case("png: data before the header", .malformed, photo.inserting(Fixture.chunk("IDAT", [1]), at: 8)),
      Case(
        "png: data in two places", .malformed,
        photo.inserting(Fixture.chunk("tIME", []) + Fixture.chunk("IDAT", []), at: end - 4)),
      Case("png: 3 bits", .malformed, photo.setting(24, [3])),
      Case("png: colour type 5", .malformed, photo.setting(25, [5])),
      Case("png: no data", .truncated, photo.removing(data - 4..<end - 4)),
      Case("png: no palette", .malformed, palette.removing(colors..<palette.index(of: "IDAT") - 4)),
    ]
  }

  static func webp() throws -> [Case] {
    let photo = try Fixture("lossy.webp")
    let animated = try Fixture("animated.webp")
    let frame = animated.index(of: "ANMF") + 8
    let picture = Array(photo.bytes[12...])
    func extended(_ width: Int, _ height: Int, _ flags: UInt8 = 0) -> [UInt8] {
      Fixture.riff(
        "VP8X", [flags, 0, 0, 0] + Fixture.little(width - 1).prefix(3) + Fixture.little(height - 1).prefix(3))
    }
    let texts = (0...10_000).flatMap { _ in Fixture.riff("abcd", [1, 2]) }
    return [
      Case("webp: header only", .truncated, photo.cut(12)),
      Case("webp: cut in the chunk header", .truncated, photo.cut(18)),
      Case("webp: cut in data", .truncated, photo.cut(100)),
      Case("webp: cut at the end", .truncated, photo.cut(photo.bytes.count - 2)),
      Case("webp: a chunk that leaves its file", .malformed, Fixture.webp(Array(picture.prefix(60)))),
      Case("webp: a file of 4 GiB", .truncated, photo.setting(4, [0xFF, 0xFF, 0xFF, 0xFF])),
      Case("webp: a chunk of 2 GiB", .malformed, photo.setting(16, [0, 0, 0, 0x7F])),
      Case("webp: no picture", .truncated, Fixture.webp(extended(24, 16))),
      Case("webp: 16777216×16777216", .limitExceeded, Fixture.webp(extended(1 << 24, 1 << 24), picture)),
      Case("webp: 60000×60000", .limitExceeded, Fixture.webp(extended(60000, 60000), picture)),
      Case("webp: another canvas", .malformed, Fixture.webp(extended(25, 16), picture)),
      Case("webp: a short frame", .truncated, Fixture.webp(extended(24, 16, 2), Fixture.riff("ANMF", [0, 0, 0]))),
      Case("webp: a frame off the canvas", .malformed, animated.setting(frame, [4])),
      Case("webp: no start code", .malformed, photo.setting(23, [0, 0, 0])),
      Case("webp: no width", .malformed, photo.setting(26, [0, 0])),
      Case("webp: 10,001 chunks", .limitExceeded, Fixture.webp(extended(24, 16), texts, picture)),
    ]
  }

  static let other: [Case] = [
    Case("nothing", .empty, []), Case("one byte", .unknownFormat, [0xFF]),
    Case("text", .unknownFormat, Array("<html>404</html>".utf8)),
    Case("zeros", .unknownFormat, [UInt8](repeating: 0, count: 1000)),
    Case("a sound", .unknownFormat, Array("RIFF1234WAVEfmt ".utf8)),
    Case("GIF", .unknownFormat, Array("GIF89a\u{1}\0\u{1}\0".utf8)),
  ]

  static let cases = (try? jpeg() + png() + webp() + other) ?? []

  @Test func casesAreMade() { #expect(Self.cases.count > 60) }

  @Test(arguments: cases) func isRefused(_ hostile: Case) throws {
    let name = "photos/\(hostile.name).jpg"
    let error = #expect(throws: ImageError.self) { try Image.decode(hostile.bytes, name: name) }
    #expect(error?.code == hostile.code, "\(String(describing: error))")
    #expect(error?.description.hasPrefix(name) == true)
  }

  @Test(
    arguments: try ["baseline.jpg", "progressive.jpg", "colour.png", "lossy.webp", "lossless.webp", "animated.webp"].map
    { ($0, try Fixture($0)) })
  func everyCutIsRefused(_ name: String, _ photo: Fixture) throws {
    // Of an animation only the first frame is needed, but a file that is cut is refused all the same.
    for count in 0..<photo.bytes.count {
      let error = #expect(throws: ImageError.self) { try Image.decode(photo.cut(count), name: name) }
      #expect(count < 12 || error?.code == .truncated, "\(count): \(String(describing: error))")
    }
  }

  @Test(arguments: ["baseline.jpg", "colour.png", "tall.webp"]) func partOfAPhotoOnRequest(_ name: String) throws {
    let photo = try Fixture(name)
    let whole = try Image.decode(photo.bytes)
    var limits = ImageLimits.default
    limits.allowsPartial = true
    let part = try Image.decode(photo.cut(photo.bytes.count - 40), limits: limits)
    #expect((part.width, part.height) == (whole.width, whole.height))
    #expect(part != whole)
    #expect(part.pixels.prefix(8 * 3) == whole.pixels.prefix(8 * 3))
    // Where there is not one row, there is nothing to give.
    for count in 0...80 { #expect(throws: ImageError.self) { try Image.decode(photo.cut(count), limits: limits) } }
  }

  @Test func limitsAreKept() throws {
    let photo = try Fixture("colour.png").bytes
    let low: [(inout ImageLimits) -> Void] = [
      { $0.pixels = 24 * 16 - 1 }, { $0.side = 23 }, { $0.chunks = 2 }, { $0.fileBytes = photo.count - 1 },
    ]
    for lower in low {
      var limits = ImageLimits.default
      lower(&limits)
      #expect(throws: ImageError.self) { try Image.decode(photo, limits: limits) }
    }
  }

  @Test func filesThatAreNoPhotos() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    #expect(mkfifo(path("pipe.jpg"), 0o600) == 0)
    try Data().write(to: URL(fileURLWithPath: path("empty.jpg")))
    try Data("hello, I am no photo".utf8).write(to: URL(fileURLWithPath: path("text.jpg")))
    let cases: [(String, ImageError.Code)] = [
      (folder.path, .notRegularFile), (path("pipe.jpg"), .notRegularFile), ("/dev/zero", .notRegularFile),
      (path("empty.jpg"), .empty), (path("text.jpg"), .unknownFormat), (path("absent.jpg"), .unreadable),
      ("with\0zero.jpg", .unreadable), ("", .unreadable), (String(repeating: "a", count: 5000), .unreadable),
    ]
    for (path, code) in cases {
      let error = #expect(throws: ImageError.self) { try Image.read(path: path) }
      #expect(error?.code == code, "\(String(describing: error))")
      #expect(error?.description.hasPrefix(path) == true)
    }
  }
}

extension Fixture {
  /// A JPEG whose segments of one kind became comments.
  fileprivate func renaming(_ marker: UInt8) -> [UInt8] {
    var copy = bytes
    for i in 0..<copy.count - 1 where copy[i] == 0xFF && copy[i + 1] == marker { copy[i + 1] = 0xFE }
    return copy
  }
}
