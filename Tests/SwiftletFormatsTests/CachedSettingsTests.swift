import Foundation
import SwiftletFormats
import Testing

/// Small objects that a cache folder keeps.
@Suite struct CachedSettingsTests {
  let folder = CacheFolder(FileManager.default.temporaryDirectory.appending(path: "swiftlet-\(UUID())").path)
  let settings: [(String, CacheFolder.Setting)] = [
    ("text", .text("a \"b\" \\ ü, {1}")), ("number", .number(-42)), ("large", .number(.max)), ("", .text("")),
  ]

  @Test func whatIsKeptIsFound() throws {
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    #expect(folder.settings("a") == nil && !folder.removeSettings("a"))
    try folder.keep(settings, as: "a")
    #expect(folder.settings("a") == Dictionary(uniqueKeysWithValues: settings))
    #expect(folder.settings("b") == nil)
    try folder.keep([("n", .number(1))], as: "a")
    #expect(folder.settings("a") == ["n": .number(1)])
    #expect(folder.removeSettings("a") && folder.settings("a") == nil)
  }

  /// Cut anywhere, or with any byte changed, it is another object or none, and never a trap.
  @Test func damagedFilesAreNone() throws {
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    try folder.keep(settings, as: "a")
    let file = URL(filePath: try #require(folder.settingsFile("a")))
    let whole = try Data(contentsOf: file)
    for end in 0..<whole.count - 2 {
      try whole.prefix(end).write(to: file)
      #expect(folder.settings("a") == nil)
    }
    for i in whole.indices {
      for byte in [0, 0x22, 0x7D, 0xFF] as [UInt8] {
        var changed = whole
        changed[i] = byte
        try changed.write(to: file)
        _ = folder.settings("a")
      }
    }
    for text in [
      "[]", "{\"a\": 1.5}", "{\"a\": null}", "{\"a\": 1, \"a\": 1}", "{\"a\": 99999999999999999999}", "{} {}",
    ] {
      try Data(text.utf8).write(to: file)
      #expect(folder.settings("a") == nil, "\(text)")
    }
    try Data(repeating: 0x20, count: 1 << 20).write(to: file)
    #expect(folder.settings("a") == nil)
  }

  @Test func foldersThatCannotBe() {
    for path in ["", "/dev/null/deeper", "a\0b"] {
      let folder = CacheFolder(path)
      #expect(folder.settings("a") == nil && !folder.removeSettings("a"))
      #expect(throws: FormatError.self) { try folder.keep(settings, as: "a") }
    }
  }
}
