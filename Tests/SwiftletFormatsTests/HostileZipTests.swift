import SwiftletFormats
import Testing

@Suite struct HostileZipTests {
  private static let records = PyTorchBytes.records(Pickle.start + PyTorchBytes.statePickle + Pickle.stop)

  /// The valid archive after a change.
  private static func archive(_ change: (inout ZipBytes) -> Void) -> [UInt8] {
    var archive = ZipBytes(records: records)
    change(&archive)
    return archive.bytes()
  }

  /// The valid archive after a change of its storage.
  private static func storage(_ change: (inout ZipBytes.Record) -> Void) -> [UInt8] {
    archive { change(&$0.records[3]) }
  }

  static let ends: [HostileCase] = [
    .init("cut in the directory", .truncated, Array(PyTorchBytes.valid.dropLast(120))),
    .init("cut by one byte", .truncated, Array(PyTorchBytes.valid.dropLast())),
    .init("only a signature", .truncated, Array("PK".utf8) + [3, 4]),
    .init("bytes after the end", .truncated, PyTorchBytes.valid + [0]),
    .init("bytes before the start", .malformed, Array("PK\u{3}\u{4}".utf8) + PyTorchBytes.valid),
    .init("two disks", .unsupported, archive { $0.disk = 1 }),
    .init("two disks in zip64", .unsupported, archive { $0.disk64 = 1 }),
    .init("two disks in the locator", .unsupported, archive { $0.diskCount64 = 2 }),
    .init("directory elsewhere", .outOfBounds, archive { ($0.isZip64, $0.directoryStart) = (false, 0) }),
    .init("directory of another size", .outOfBounds, archive { ($0.isZip64, $0.directorySize) = (false, 5) }),
    .init("one entry less", .malformed, archive { ($0.isZip64, $0.count) = (false, 3) }),
    .init("one entry more", .truncated, archive { ($0.isZip64, $0.count) = (false, 5) }),
    .init("end and zip64 end differ", .malformed, archive { $0.count64 = 3 }),
    .init("zip64 size differs", .malformed, archive { $0.directorySize64 = 7 }),
    .init(
      "zip64 counts too many", .limitExceeded, archive { ($0.count, $0.count64) = (0xffff, 1 << 40) }),
    .init(
      "zip64 directory too long", .outOfBounds, archive { ($0.directorySize, $0.directorySize64) = (-1, Int.max) }),
    .init(
      "zip64 directory over Int", .malformed, archive { ($0.directorySize, $0.directorySize64) = (-1, -1) }),
    .init("zip64 end outside", .outOfBounds, archive { $0.end64Offset = 1 << 40 }),
    .init("zip64 end over Int", .malformed, archive { $0.end64Offset = -1 }),
    .init("zip64 end elsewhere", .malformed, archive { $0.end64Offset = 0 }),
  ]

  static let entries: [HostileCase] = [
    .init("checksum wrong", .checksumMismatch, storage { $0.checksum = 1 }),
    .init("checksum of the pickle wrong", .checksumMismatch, archive { $0.records[0].checksum = 1 }),
    .init("local checksum differs", .malformed, storage { $0.localChecksum = 7 }),
    .init("local name differs", .malformed, storage { $0.localName = "net/data/1" }),
    .init("local method differs", .malformed, storage { $0.localMethod = 8 }),
    .init("descriptor differs", .malformed, storage { $0.descriptorSize = 95 }),
    .init("size differs", .malformed, storage { ($0.flags, $0.size) = (0x800, 95) }),
    .init("size over the file", .malformed, storage { ($0.flags, $0.size) = (0x800, 1 << 20) }),
    .init("zip64 size over the file", .truncated, storage { ($0.isZip64, $0.size) = (true, 1 << 50) }),
    .init("compressed", .unsupported, storage { $0.method = 8 }),
    .init("encrypted", .unsupported, storage { $0.flags = 0x809 }),
    .init("same name twice", .duplicateName, archive { $0.records.append($0.records[3]) }),
    .init("two entries, one record", .malformed, archive { $0.records[3].offset = 0 }),
    .init("header in the directory", .outOfBounds, storage { $0.offset = 1 << 30 }),
    .init("header at no record", .malformed, storage { $0.offset = 1 }),
    .init("name not UTF-8", .malformed, Array(PyTorchBytes.valid).replacing(Array("/version".utf8), with: badName)),
    .init("name too long", .limitExceeded, storage { $0.name += String(repeating: "x", count: 600) }),
    .init("storage missing", .missing, archive { $0.records.removeLast() }),
    .init("storage too short", .malformed, PyTorchBytes.file(PyTorchBytes.statePickle, storages: ["0": [0, 0, 0, 0]])),
    .init("no pickle", .unsupported, archive { $0.records.removeFirst() }),
    .init("two pickles", .unsupported, archive { $0.records.append(.init(name: "x/data.pkl", bytes: [1])) }),
    .init("TorchScript", .unsupported, archive { $0.records.append(.init(name: "net/constants.pkl", bytes: [1])) }),
    .init("byte order", .malformed, PyTorchBytes.file(PyTorchBytes.statePickle, order: "middle")),
    .init("no records", .unsupported, ZipBytes(records: []).bytes()),
    .init("overlap", .outOfBounds, overlap()),
  ]

  private static let badName: [UInt8] = Array("/versio".utf8) + [0xff]

  /// A record whose bytes are another whole record.
  private static func overlap() -> [UInt8] {
    let inner = ZipBytes(records: [.init(name: "inner", bytes: [1, 2, 3], flags: 0)])
    let innerBytes = Array(inner.bytes().prefix(30 + 5 + 9 + 3))
    var archive = ZipBytes(records: records)
    archive.records.insert(.init(name: "outer", bytes: innerBytes, flags: 0), at: 0)
    // The last record takes the name and the place of the inner one.
    archive.records.append(.init(name: "inner", bytes: [1, 2, 3], flags: 0, offset: 30 + 5 + 9))
    return archive.bytes()
  }

  @Test(arguments: ends) func end(_ hostile: HostileCase) throws { try hostile.check() }
  @Test(arguments: entries) func entry(_ hostile: HostileCase) throws { try hostile.check() }
}
