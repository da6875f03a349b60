import Foundation
import SwiftletFormats
import Synchronization
import Testing

/// What is kept comes back bit for bit or not at all.
@Suite struct CacheFolderTests {
  static let key = Array("a key of some length".utf8)
  let directory = try! TemporaryFile()

  func folder(limit: Int = 1 << 20) -> CacheFolder { CacheFolder(directory.path, limit: limit) }

  func payload(_ count: Int, _ first: UInt8 = 0) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) &+ first }
  }

  func keep(_ bytes: [UInt8], _ key: [UInt8] = key, in folder: CacheFolder) {
    bytes.withUnsafeBytes { folder.keep($0, under: key) }
  }

  func found(_ count: Int, _ key: [UInt8] = key, in folder: CacheFolder) -> [UInt8]? {
    folder.bytes(key, count: count).map { kept in
      withExtendedLifetime(kept) { Array(UnsafeRawBufferPointer(start: kept.start, count: kept.count)) }
    }
  }

  func names() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()) ?? [] }
  func file() throws -> String { directory.path + "/" + (try #require(names().first)) }

  @Test(arguments: [1, 7, 32, 4095, 4096, 100_000]) func whatIsKeptComesBack(_ count: Int) throws {
    let folder = folder()
    #expect(found(count, in: folder) == nil)
    keep(payload(count), in: folder)
    #expect(found(count, in: folder) == payload(count))
    #expect(found(count + 1, in: folder) == nil && found(count - 1, in: folder) == nil)
    #expect(found(count, Self.key + [0], in: folder) == nil && found(count, [], in: folder) == nil)
    #expect(UInt(bitPattern: try #require(folder.bytes(Self.key, count: count)).start) % 4096 == 0)
    keep(payload(count, 1), in: folder)
    #expect(found(count, in: folder) == payload(count, 1) && names().count == 1)
  }

  @Test func keysAreCompared() throws {
    let folder = folder()
    keep(payload(100), in: folder)
    let first = try file()
    keep(payload(100, 5), [1, 2, 3], in: folder)
    let second = directory.path + "/" + (try #require(names().first { !first.hasSuffix($0) }))
    try FileManager.default.removeItem(atPath: first)
    try FileManager.default.copyItem(atPath: second, toPath: first)
    #expect(found(100, in: folder) == nil, "a file under another's name")
    #expect(found(100, [1, 2, 3], in: folder) == payload(100, 5))
  }

  /// Each bit of the header, the key and the bytes; what lies between key and bytes means nothing.
  @Test func everyFlippedBitIsSeen() throws {
    let folder = folder()
    let count = 300
    keep(payload(count), in: folder)
    let path = try file()
    let whole = Array(try Data(contentsOf: URL(filePath: path)))
    for place in Array(0..<64 + Self.key.count) + Array(whole.count - count..<whole.count) {
      var bytes = whole
      bytes[place] ^= 1 << UInt8(place % 8)
      try Data(bytes).write(to: URL(filePath: path))
      #expect(found(count, in: folder) == nil, "byte \(place)")
    }
    keep(payload(count), in: folder)
    #expect(found(count, in: folder) == payload(count))
  }

  static let damages: [(name: String, bytes: @Sendable ([UInt8]) -> [UInt8])] = [
    ("empty", { _ in [] }), ("one byte", { _ in [0] }), ("cut in the header", { Array($0[..<40]) }),
    ("cut in the key", { Array($0[..<70]) }), ("cut in the bytes", { Array($0.dropLast()) }),
    ("longer", { $0 + [0] }),
    ("half of it zero", { Array($0[..<($0.count / 2)]) + [UInt8](repeating: 0, count: $0.count / 2) }),
    ("text", { _ in Array("no cache, a letter".utf8) }),
    (
      "two words swapped",
      { bytes in
        var words = bytes
        for i in bytes.count - 16..<bytes.count - 8 { words.swapAt(i, i + 8) }
        return words
      }
    ),
  ]

  @Test(arguments: damages.indices) func damagedFilesAreReplaced(_ i: Int) throws {
    let folder = folder()
    keep(payload(5000), in: folder)
    let path = try file()
    try Data(Self.damages[i].bytes(Array(try Data(contentsOf: URL(filePath: path))))).write(to: URL(filePath: path))
    #expect(found(5000, in: folder) == nil, "\(Self.damages[i].name)")
    keep(payload(5000), in: folder)
    #expect(found(5000, in: folder) == payload(5000), "\(Self.damages[i].name)")
  }

  @Test func whatIsNoFileIsLeftAlone() throws {
    let folder = folder()
    keep(payload(50), in: folder)
    let path = try file()
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(found(50, in: folder) == nil)
    keep(payload(50), in: folder)
    #expect(found(50, in: folder) == nil)
    try FileManager.default.removeItem(atPath: path)
    #expect(mkfifo(path, 0o600) == 0)
    #expect(found(50, in: folder) == nil)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
    #expect(found(50, in: folder) == nil)
  }

  /// No folder, no right to it, no room: nothing is kept, and nothing else happens.
  @Test func foldersThatCannotBe() throws {
    let file = try TemporaryFile([1])
    for path in ["", file.path, file.path + "/deeper", "/proc/swiftlet", "/dev/full", "a\0b"] {
      let folder = CacheFolder(path)
      keep(payload(50), in: folder)
      #expect(found(50, in: folder) == nil, "\(path)")
    }
    #expect(try file.bytes() == [1])
    if geteuid() != 0 {
      keep(payload(50), in: folder())
      #expect(chmod(try self.file(), 0) == 0)
      #expect(found(50, in: folder()) == nil)
    }
  }

  @Test func foldersAboveAreMade() throws {
    let deep = CacheFolder(directory.path + "/a/b/c")
    keep(payload(50), in: deep)
    #expect(found(50, in: deep) == payload(50))
    let rights = try FileManager.default.attributesOfItem(atPath: deep.path)[.posixPermissions] as? Int
    #expect(rights == 0o700)
  }

  @Test func whatIsOpenStaysAsItWas() throws {
    let folder = folder()
    keep(payload(5000), in: folder)
    let open = try #require(folder.bytes(Self.key, count: 5000))
    keep(payload(5000, 9), in: folder)
    try FileManager.default.removeItem(atPath: file())
    #expect(UnsafeRawBufferPointer(start: open.start, count: 5000).elementsEqual(payload(5000)))
  }

  @Test func whatWasUsedLongestAgoGoesFirst() throws {
    let limit = 4 * (4096 + 10_000) + 4000  // four files
    let folder = folder(limit: limit)
    func age(_ i: UInt8, _ seconds: Double) throws {
      let before = names()
      keep(payload(10_000, i), [i], in: folder)
      let new = try #require(names().first { !before.contains($0) })
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: directory.path + "/" + new)
    }
    for i in 1...4 { try age(UInt8(i), Double(1000 - 100 * i)) }
    try Data([1]).write(to: URL(filePath: directory.path + "/notes.txt"))
    #expect(found(10_000, [1], in: folder) != nil, "and so it is used now")
    keep(payload(10_000, 5), [5], in: folder)
    #expect((1...5).map { found(10_000, [UInt8($0)], in: folder) != nil } == [true, false, true, true, true])
    #expect(names().contains("notes.txt"))
    keep(payload(limit / 4 + 1), [6], in: folder)
    #expect(found(limit / 4 + 1, [6], in: folder) == nil, "too large to be kept")
    for i in 10..<30 { keep(payload(10_000), [UInt8(i)], in: folder) }
    #expect(names().filter { $0.hasSuffix(".packed") }.count == 4 && names().count == 5)
  }

  /// Writers and readers at once, of the same key: all that is ever seen is one of the contents, whole.
  @Test func raceOfThreads() throws {
    let folder = folder()
    let contents = (0..<4).map { payload(20_000, UInt8($0)) }
    let seen = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for round in 0..<30 {
        if thread < 4 { keep(contents[(thread + round) % 4], in: folder) }
        guard let bytes = found(20_000, in: folder) else { continue }
        #expect(contents.contains(bytes))
        seen.withLock { $0 += 1 }
      }
    }
    #expect(seen.withLock { $0 } > 100 && names().count == 1)
  }

  /// Two files that differ in one thing, and the same file at another time.
  @Test func identities() async throws {
    let file = try TemporaryFile([1, 2, 3])
    #expect(try MappedFile(file.path).identity == nil, "it might be changed at what clocks call the same time")
    try await Task.sleep(for: .seconds(4.1))
    let first = try #require(try MappedFile(file.path).identity)
    #expect(try MappedFile(file.path).identity == first)
    try file.write([3, 2, 1])
    #expect(try MappedFile(file.path).identity == nil)
    // Who sets back the time of change cannot set back that of the file's own record.
    try FileManager.default.setAttributes([.modificationDate: Date.distantPast], ofItemAtPath: file.path)
    #expect(try MappedFile(file.path).identity == nil)
    try await Task.sleep(for: .seconds(4.1))
    #expect(try MappedFile(file.path).identity != first)
    // The state of a file says nothing where a file system has no times: its content does.
    let contents = try [payload(300_000), payload(300_000, 1)].map { bytes in
      try TemporaryFile(bytes, name: "\(bytes[0])")
    }
    try await Task.sleep(for: .seconds(4.1))
    let sums = try contents.map { try #require(try MappedFile($0.path).identity).split(separator: ":").last }
    #expect(sums[0] != sums[1])
  }
}
