/// The bytes of zip archives as PyTorch writes them (stored records with descriptors, zip64 end), also of wrong ones.
struct ZipBytes {
  struct Record {
    var name: String
    var bytes: [UInt8]
    var flags: UInt16 = 0x808
    var method: UInt16 = 0
    var checksum: UInt32? = nil
    var size: Int? = nil
    /// What the local header says, where it is something else.
    var localName: String? = nil
    var localMethod: UInt16? = nil
    var localChecksum: UInt32? = nil
    /// What the descriptor says, where it is something else.
    var descriptorSize: Int? = nil
    /// Sizes and offset go to the zip64 field.
    var isZip64 = false
    /// Where the directory says that the header lies, where it is somewhere else.
    var offset: Int? = nil
  }

  var records: [Record]
  var isZip64 = true
  var disk: UInt16 = 0
  var comment: [UInt8] = []
  // What the end records say, where it is something else.
  var count: Int? = nil
  var directoryStart: Int? = nil
  var directorySize: Int? = nil
  var count64: Int? = nil
  var directorySize64: Int? = nil
  var disk64: UInt32 = 0
  var end64Offset: Int? = nil
  var diskCount64: UInt32 = 1

  func bytes() -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for record in records {
      let offset = file.count
      file += Self.local(record)
      directory += Self.entry(record, record.offset ?? offset)
    }
    let start = file.count
    file += directory
    if isZip64 { file += end64(start, directory.count, file.count) }
    let count = UInt16(truncatingIfNeeded: self.count ?? records.count)
    file += little(0x0605_4b50 as UInt32) + little(disk) + little(disk) + little(count) + little(count)
    file += little(UInt32(truncatingIfNeeded: directorySize ?? directory.count))
    file += little(UInt32(truncatingIfNeeded: directoryStart ?? start))
    return file + little(UInt16(comment.count)) + comment
  }

  private func end64(_ start: Int, _ size: Int, _ position: Int) -> [UInt8] {
    let count = UInt64(count64 ?? records.count)
    var end = little(0x0606_4b50 as UInt32) + little(44 as UInt64) + little(0x031e as UInt16) + little(45 as UInt16)
    end += little(disk64) + little(disk64) + little(count) + little(count)
    end += little(UInt64(bitPattern: Int64(directorySize64 ?? size))) + little(UInt64(start))
    return end + little(0x0706_4b50 as UInt32) + little(0 as UInt32)
      + little(UInt64(bitPattern: Int64(end64Offset ?? position))) + little(diskCount64)
  }

  private static func local(_ record: Record) -> [UInt8] {
    let checksum = record.checksum ?? crc32(record.bytes)
    let hasDescriptor = record.flags & 8 != 0
    let name = Array((record.localName ?? record.name).utf8)
    let padding: [UInt8] = Array("FB".utf8) + little(5 as UInt16) + Array("ZZZZZ".utf8)
    let size = hasDescriptor ? 0 : UInt32(record.bytes.count)
    var bytes = little(0x0403_4b50 as UInt32) + little(0 as UInt16) + little(record.flags)
    bytes += little(record.localMethod ?? record.method) + little(0 as UInt32)
    bytes += little(record.localChecksum ?? (hasDescriptor ? 0 : checksum)) + little(size) + little(size)
    bytes += little(UInt16(name.count)) + little(UInt16(padding.count)) + name + padding + record.bytes
    guard hasDescriptor else { return bytes }
    bytes += little(0x0807_4b50 as UInt32) + little(checksum)
    let described = record.descriptorSize ?? record.bytes.count
    return bytes
      + (record.isZip64
        ? little(UInt64(described)) + little(UInt64(described)) : little(UInt32(described)) + little(UInt32(described)))
  }

  private static func entry(_ record: Record, _ offset: Int) -> [UInt8] {
    let size = record.size ?? record.bytes.count
    let mark = little(UInt32.max)
    let field = little(UInt64(size)) + little(UInt64(size)) + little(UInt64(offset))
    let extra = record.isZip64 ? little(1 as UInt16) + little(24 as UInt16) + field : []
    var bytes = little(0x0201_4b50 as UInt32) + little(0 as UInt32) + little(record.flags) + little(record.method)
    bytes += little(0 as UInt32) + little(record.checksum ?? crc32(record.bytes))
    bytes += record.isZip64 ? mark + mark : little(UInt32(size)) + little(UInt32(size))
    bytes += little(UInt16(record.name.utf8.count)) + little(UInt16(extra.count)) + little(0 as UInt16)
    bytes += little(0 as UInt16) + [UInt8](repeating: 0, count: 6)
    return bytes + (record.isZip64 ? mark : little(UInt32(offset))) + Array(record.name.utf8) + extra
  }

  /// CRC-32, one bit after the other.
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var value = ~UInt32(0)
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
    }
    return ~value
  }
}
