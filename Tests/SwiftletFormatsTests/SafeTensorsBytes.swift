/// The bytes of safetensors files, also of wrong ones.
enum SafeTensorsBytes {
  static func file(_ header: [UInt8], data: Int = 0, length: UInt64? = nil) -> [UInt8] {
    little(length ?? UInt64(header.count)) + header + (0..<data).map { UInt8($0 & 63) }
  }

  static func file(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
    file(Array(header.utf8), data: data, length: length)
  }

  /// A member of the header.
  static func entry(_ name: String, _ type: String, _ shape: String, _ begin: Int, _ end: Int) -> String {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}"
  }

  /// Two arrays, an empty one and metadata.
  static let valid = file(
    "{\"__metadata__\":{\"format\":\"pt\"},\(entry("a", "F32", "2,3", 0, 24)),\(entry("none", "F32", "0,4", 24, 24)),"
      + "\(entry("b", "BF16", "4", 24, 32))}   ", data: 32)
}
