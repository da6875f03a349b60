import Foundation
import SwiftletFormats
import Testing

@Suite struct AtomicFileTests {
  @Test func newFile() throws {
    let file = try TemporaryFile()
    try AtomicFile.write(to: file.path) { target throws(FormatError) in
      try target.write([1, 2])
      try target.write(floats: [1.5])
    }
    #expect(try file.bytes() == [1, 2] + little([1.5]))
    #expect(try file.names() == ["given.bin"])
  }

  @Test func anErrorLeavesTheOldFileWhole() throws {
    let file = try TemporaryFile([9, 9, 9])
    let failure = FormatError(.unsupported, path: "x", found: "a test")
    #expect(throws: failure) {
      try AtomicFile.write(to: file.path) { target throws(FormatError) in
        try target.write([1, 2])
        throw failure
      }
    }
    #expect(try file.bytes() == [9, 9, 9])
    #expect(try file.names() == ["given.bin"])
  }

  @Test func readersOfTheOldFileKeepIt() throws {
    let file = try TemporaryFile([9, 9, 9])
    let old = try MappedFile(file.path)
    try AtomicFile.write(to: file.path) { target throws(FormatError) in try target.write([1]) }
    #expect(try old.bytes(0..<3, "all").elementsEqual([9, 9, 9]))
    #expect(try file.bytes() == [1])
  }

  @Test func noSuchDirectory() throws {
    let file = try TemporaryFile()
    #expect(code { try write(file.directory + "/none/x") } == .unwritable)
    #expect(code { try write("") } == .unwritable)
    #expect(code { try write(file.path + "\0") } == .unwritable)
    #expect(try file.names() == [])
  }

  @Test(arguments: ["/dev/null", "/tmp"]) func onlyRegularFilesAreReplaced(_ path: String) {
    #expect(code { try write(path) } == .notRegularFile)
  }

  @Test func leftoversAreRemovedWhenTheyAreOld() throws {
    let file = try TemporaryFile()
    for name in [".swiftlet-1-a.partial", ".swiftlet-2-b.partial", "mine.partial"] {
      try Data([1]).write(to: URL(fileURLWithPath: "\(file.directory)/\(name)"))
    }
    for name in [".swiftlet-1-a.partial", "mine.partial"] {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -7200)], ofItemAtPath: "\(file.directory)/\(name)")
    }
    try write(file.path)
    #expect(try file.names() == [".swiftlet-2-b.partial", "given.bin", "mine.partial"])
  }

  @Test func aRelativePathIsWrittenBesideTheProcess() throws {
    let name = "swiftlet-test-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: name) }
    try write(name)
    #expect(try MappedFile(name).count == 1)
  }

  private func write(_ path: String) throws(FormatError) {
    try AtomicFile.write(to: path) { target throws(FormatError) in try target.write([1]) }
  }
}
