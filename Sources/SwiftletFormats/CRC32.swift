/// The checksum of zip and PNG: polynomial 0x04C11DB7, bits reversed (ISO 3309), eight bytes at a time.
enum CRC32 {
  /// `tables[256 * k + b]`: the checksum of the byte `b` followed by `k` zeros.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
      tables[byte] = value
    }
    for i in 256..<8 * 256 { tables[i] = tables[i - 256] >> 8 ^ tables[Int(tables[i - 256] & 255)] }
    return tables
  }()

  /// The checksum of `bytes` after others whose checksum is `previous`.
  static func checksum(_ bytes: UnsafeRawBufferPointer, after previous: UInt32 = 0) -> UInt32 {
    tables.withUnsafeBufferPointer { tables in
      var value = ~previous
      let whole = bytes.count & ~7
      for i in stride(from: 0, to: whole, by: 8) {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self)) ^ UInt64(value)
        value = 0
        for k in 0..<8 { value ^= tables[256 * (7 - k) + Int(word >> (8 * UInt64(k)) & 255)] }
      }
      for byte in bytes[whole...] { value = value >> 8 ^ tables[Int((value ^ UInt32(byte)) & 255)] }
      return ~value
    }
  }
}
