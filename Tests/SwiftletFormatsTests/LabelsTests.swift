import SwiftletFormats
import Testing

@Suite struct LabelsTests {
  private func read(_ bytes: [UInt8], _ count: Int) throws -> [String] {
    try withFile(bytes, name: "labels.txt") { try Labels.read($0, count: count) }
  }

  private func read(_ text: String, _ count: Int) throws -> [String] {
    try read(Array(text.utf8), count)
  }

  @Test(arguments: ["cat\ndog\nchâtaigne d'eau", "cat\ndog\nchâtaigne d'eau\n", "cat\r\ndog\r\nchâtaigne d'eau\r\n"])
  func oneALine(_ text: String) throws {
    #expect(try read(text, 3) == ["cat", "dog", "châtaigne d'eau"])
  }

  @Test(arguments: ["cat", "cat\n", "cat\ndog\nbird", "cat\ndog\n\n", "\n"]) func anotherCount(_ text: String) throws {
    #expect(code { try read(text, 2) } == .countMismatch)
  }

  @Test func theErrorTellsBothCounts() throws {
    let error = #expect(throws: FormatError.self) { try read("cat\ndog\nbird\n", 1000) }
    #expect(error?.description.contains("3 lines") == true)
    #expect(error?.description.contains("1000") == true)
    #expect(error?.description.contains("labels.txt") == true)
  }

  @Test func notText() throws {
    #expect(code { try read([0x63, 0xff, 0x0a], 1) } == .malformed)
    #expect(code { try read("cat\0dog", 1) } == .malformed)
    #expect(code { try read("\u{1b}[2Jcat", 1) } == .malformed)
    #expect(code { try read("", 0) } == .empty)
    #expect(code { try Labels.read("/", count: 1) } == .notRegularFile)
  }

  @Test func sizeLimit() throws {
    let line = String(repeating: "x", count: 1 << 19)
    #expect(try read("\(line)\n\(line.dropLast())", 2).count == 2)
    #expect(code { try read("\(line)\n\(line)", 2) } == .limitExceeded)
  }
}
