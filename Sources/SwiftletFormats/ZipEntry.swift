/// One entry of a zip archive's directory.
struct ZipEntry {
  private static let signature: UInt32 = 0x0201_4b50
  private static let localSignature: UInt32 = 0x0403_4b50
  private static let descriptorSignature: UInt32 = 0x0807_4b50
  private static let mark = 0xffff_ffff
  static let nameLimit = 512

  private(set) var name: String
  private(set) var size: Int
  private(set) var headerOffset: Int
  let checksum: UInt32
  private let flags: UInt16
  private let method: UInt16

  /// Whether checksum and sizes follow the bytes.
  var hasDescriptor: Bool { flags & 8 != 0 }

  init(_ cursor: inout ByteCursor) throws(FormatError) {
    guard try cursor.read(UInt32.self) == Self.signature else {
      throw cursor.error(.malformed, "no entry", "the signature of a directory entry")
    }
    _ = try cursor.skip(4)  // versions
    flags = try cursor.read()
    method = try cursor.read()
    _ = try cursor.skip(4)  // time and date
    checksum = try cursor.read()
    var packed = Int(try cursor.read(UInt32.self))
    size = Int(try cursor.read(UInt32.self))
    let (nameLength, extraLength) = (Int(try cursor.read(UInt16.self)), Int(try cursor.read(UInt16.self)))
    let (commentLength, disk) = (Int(try cursor.read(UInt16.self)), try cursor.read(UInt16.self))
    _ = try cursor.skip(6)  // attributes
    headerOffset = Int(try cursor.read(UInt32.self))
    guard nameLength <= Self.nameLimit else {
      throw cursor.error(.limitExceeded, "a name of \(nameLength) bytes", "at most \(Self.nameLimit)")
    }
    name = try cursor.text(nameLength)
    let extra = try ByteCursor(cursor.file, try cursor.skip(extraLength), "extra fields of \(name)")
    _ = try cursor.skip(commentLength)
    if var fields = try Self.zip64(extra) {
      if size == Self.mark { size = try fields.readSize() }
      if packed == Self.mark { packed = try fields.readSize() }
      if headerOffset == Self.mark { headerOffset = try fields.readSize() }
    }
    guard disk == 0 else { throw cursor.error(.unsupported, "\(name) on disk \(disk)", "one file") }
    guard flags & 0x2041 == 0 else { throw cursor.error(.unsupported, "\(name) is encrypted", "plain records") }
    guard method == 0 else {
      throw cursor.error(
        .unsupported, "\(name) is compressed (method \(method))", "stored records",
        "Save the plain state dict with torch.save; load a TorchScript archive or .npz file in Python first.")
    }
    guard packed == size else { throw cursor.error(.malformed, "\(name): \(packed) bytes stored", "\(size)") }
  }

  /// The zip64 field (number 1) among the extra fields.
  private static func zip64(_ extra: ByteCursor) throws(FormatError) -> ByteCursor? {
    var extra = extra
    while extra.remaining >= 4 {
      let (id, count) = (try extra.read(UInt16.self), Int(try extra.read(UInt16.self)))
      let range = try extra.skip(count)
      if id == 1 { return try ByteCursor(extra.file, range, "zip64 field") }
    }
    return nil
  }

  /// Reads the local header, which must say the same as this entry.
  func checkLocalHeader(_ cursor: inout ByteCursor) throws(FormatError) {
    guard try cursor.read(UInt32.self) == Self.localSignature else {
      throw cursor.error(.malformed, "no header", "the signature of a local header")
    }
    _ = try cursor.skip(2)  // version
    let (localFlags, localMethod) = (try cursor.read(UInt16.self), try cursor.read(UInt16.self))
    _ = try cursor.skip(4)  // time and date
    let localChecksum = try cursor.read(UInt32.self)
    var packed = Int(try cursor.read(UInt32.self))
    var unpacked = Int(try cursor.read(UInt32.self))
    let (nameLength, extraLength) = (Int(try cursor.read(UInt16.self)), Int(try cursor.read(UInt16.self)))
    let localName = try cursor.text(nameLength)
    let extra = try ByteCursor(cursor.file, try cursor.skip(extraLength), "extra fields of \(name)")
    if var fields = try Self.zip64(extra) {
      if unpacked == Self.mark { unpacked = try fields.readSize() }
      if packed == Self.mark { packed = try fields.readSize() }
    }
    // With a descriptor, the three fields may be 0 here.
    let isBlank = hasDescriptor && localChecksum == 0 && packed == 0 && unpacked == 0
    let isSame = localChecksum == checksum && packed == size && unpacked == size
    guard localFlags == flags, localMethod == method, localName == name, isBlank || isSame else {
      throw cursor.error(.malformed, "a local header that differs from the directory", "the same in both")
    }
  }

  /// Reads the descriptor, whose sizes have 4 or, with zip64, 8 bytes, and whose signature may be left out.
  func checkDescriptor(_ cursor: inout ByteCursor) throws(FormatError) {
    var probe = cursor
    let hasSignature = try probe.read(UInt32.self) == Self.descriptorSignature
    if hasSignature { cursor = probe }
    let found = try cursor.read(UInt32.self)
    probe = cursor
    if size <= Self.mark, found == checksum, try probe.read(UInt32.self) == size, try probe.read(UInt32.self) == size {
      cursor = probe
      return
    }
    guard found == checksum, try cursor.readSize() == size, try cursor.readSize() == size else {
      throw cursor.error(.malformed, "a descriptor that differs from the directory", "the same in both")
    }
  }
}
