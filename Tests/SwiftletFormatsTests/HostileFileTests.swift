import Foundation
import SwiftletFormats
import SwiftletGraph
import Testing

@Suite struct HostileFileTests {
  private static let tar = [UInt8](repeating: 0, count: 257) + Array("ustar".utf8) + [UInt8](repeating: 0, count: 250)

  static let cases: [HostileCase] = [
    .init("empty", .empty, []),
    .init("one byte", .unknownFormat, [0]),
    .init("text", .unknownFormat, Array("hello\nworld, this is text\n".utf8)),
    .init("zeros", .unknownFormat, [UInt8](repeating: 0, count: 4096)),
    .init("HTML", .unsupported, Array("<!DOCTYPE html><html>Not found</html>".utf8)),
    .init("pointer of Git LFS", .unsupported, Array("version https://git-lfs.github.com/spec/v1\noid".utf8)),
    .init("gzip", .unsupported, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
    .init("HDF5", .unsupported, [0x89] + Array("HDF\r\n".utf8) + [0x1a, 10, 0, 0]),
    .init(
      "bare pickle", .unsupported, [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]),
    .init("tar", .unsupported, tar),
  ]

  @Test(arguments: cases) func content(_ hostile: HostileCase) throws { try hostile.check() }

  @Test func theAdviceForOldFilesSaysHowToSaveThemAgain() throws {
    let error = try #require(try HostileCase("tar", .unsupported, Self.tar).error())
    #expect(error.description.contains("safetensors"))
    #expect(error.description.contains("_use_new_zipfile_serialization=True"))
  }

  @Test func missingFile() throws {
    let file = try TemporaryFile()
    #expect(throws: FormatError(.notFound, path: file.path, found: "no such file")) { try WeightsFile.open(file.path) }
    #expect(code { try WeightsFile.open(file.directory + "/a/b") } == .notFound)
    #expect(code { try WeightsFile.open("") } == .notFound)
  }

  @Test func nameWithAZeroIsNotCutThere() throws {
    let file = try TemporaryFile(SafeTensorsBytes.valid)
    #expect(code { try WeightsFile.open(file.path + "\0.png") } == .notFound)
  }

  @Test func directory() throws {
    let file = try TemporaryFile()
    #expect(code { try WeightsFile.open(file.directory) } == .notRegularFile)
  }

  @Test func fifoDoesNotHang() throws {
    let file = try TemporaryFile()
    #expect(mkfifo(file.path, 0o600) == 0)
    #expect(code { try WeightsFile.open(file.path) } == .notRegularFile)
  }

  @Test func device() throws {
    #expect(code { try WeightsFile.open("/dev/zero") } == .notRegularFile)
  }

  @Test func fileShortenedAfterItWasOpened() throws {
    let file = try TemporaryFile(SafeTensorsBytes.valid)
    let weights = try WeightsFile.open(file.path)
    #expect(truncate(file.path, 40) == 0)
    #expect(code { try weights.array("a", [2, 3]) } == .truncated)
  }

  @Test func codesAreStable() {
    let codes = FormatError.Code.allCases.map(\.rawValue)
    #expect(
      codes == [
        "not-found", "not-a-regular-file", "unreadable", "unwritable", "empty", "unknown-format", "truncated",
        "limit-exceeded", "malformed", "duplicate-name", "out-of-bounds", "unsupported", "forbidden",
        "checksum-mismatch", "count-mismatch", "missing",
      ])
  }

  @Test func theMessageNamesEverything() {
    let error = FormatError(
      .truncated, path: "net.pth", place: "pickle, offset 7", found: "3 bytes are left", expected: "8 bytes",
      advice: "Fetch it again.")
    #expect(
      error.description == "net.pth: pickle, offset 7: 3 bytes are left; expected 8 bytes. Fetch it again.")
  }
}

/// The code of the error that `body` throws; `nil` when it throws none.
func code<R>(_ body: () throws -> R) -> FormatError.Code? {
  do {
    _ = try body()
    return nil
  } catch {
    return (error as? FormatError)?.code
  }
}
