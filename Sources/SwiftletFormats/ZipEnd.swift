/// The end of a zip archive: where its directory lies and how many entries it has.
struct ZipEnd {
  static let signature: UInt32 = 0x0605_4b50
  private static let size = 22
  private static let commentLimit = 65_535
  private static let locatorSize = 20
  private static let locatorSignature: UInt32 = 0x0706_4b50
  private static let end64Size = 56
  private static let end64Signature: UInt32 = 0x0606_4b50

  private(set) var directory: Range<Int>
  private(set) var count: Int

  init(_ file: MappedFile) throws(FormatError) {
    let position = try Self.position(file)
    var cursor = try ByteCursor(file, position + 4..<file.count, "zip end")
    try Self.checkDisks(&cursor, UInt16.self)
    let here = try cursor.read(UInt16.self)
    count = Int(try cursor.read(UInt16.self))
    let size = Int(try cursor.read(UInt32.self))
    let start = Int(try cursor.read(UInt32.self))
    guard Int(here) == count else { throw cursor.error(.unsupported, "\(here) of \(count) entries", "all on one disk") }
    guard let end64 = try Self.end64(file, position) else {
      directory = try Self.directory(start, size, position, &cursor)
      return
    }
    // What does not fit the old fields is marked by ones; all else is in both places and must be the same.
    for (old, new, mark) in [
      (count, end64.count, 0xffff), (size, end64.size, 0xffff_ffff), (start, end64.start, 0xffff_ffff),
    ] where old != new && old != mark {
      throw cursor.error(.malformed, "\(old) in the end record, \(new) in its zip64 form", "the same")
    }
    count = end64.count
    directory = try Self.directory(end64.start, end64.size, end64.position, &cursor)
  }

  /// The directory must end where the end record begins.
  private static func directory(
    _ start: Int, _ size: Int, _ end: Int, _ cursor: inout ByteCursor
  ) throws(FormatError) -> Range<Int> {
    guard start <= end, size == end - start else {
      throw cursor.error(.outOfBounds, "a directory of \(size) bytes at \(start)", "one that ends at \(end)")
    }
    return start..<end
  }

  /// The last place of the signature from which the comment reaches the end of the file.
  private static func position(_ file: MappedFile) throws(FormatError) -> Int {
    let lowest = max(0, file.count - size - commentLimit)
    let bytes = try file.bytes(lowest..<file.count, "zip end")
    for i in stride(from: bytes.count - size, through: 0, by: -1) {
      guard UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: i, as: UInt32.self)) == signature else { continue }
      let comment = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: i + 20, as: UInt16.self))
      if i + size + Int(comment) == bytes.count { return lowest + i }
    }
    throw FormatError(
      .truncated, path: file.path, place: "zip end", found: "no end record", expected: "one in the last 64 KiB",
      advice: "Fetch the file again: it is cut short.")
  }

  private static func checkDisks<T: FixedWidthInteger>(_ cursor: inout ByteCursor, _: T.Type) throws(FormatError) {
    let (disk, start) = (try cursor.read(T.self), try cursor.read(T.self))
    guard disk == 0, start == 0 else {
      throw cursor.error(.unsupported, "an archive on several disks", "one file", "Join its parts first.")
    }
  }

  /// The zip64 form of the end record, if the locator before the end at `position` tells of one.
  private static func end64(
    _ file: MappedFile, _ position: Int
  ) throws(FormatError) -> (position: Int, count: Int, size: Int, start: Int)? {
    guard position >= locatorSize else { return nil }
    let locator = position - locatorSize
    var cursor = try ByteCursor(file, locator..<position, "zip64 locator")
    guard try cursor.read(UInt32.self) == locatorSignature else { return nil }
    let disk = try cursor.read(UInt32.self)
    let offset = try cursor.readSize()
    guard disk == 0, try cursor.read(UInt32.self) <= 1 else {
      throw cursor.error(.unsupported, "an archive on several disks", "one file", "Join its parts first.")
    }
    guard offset <= locator, locator - offset >= end64Size else {
      throw cursor.error(.outOfBounds, "a zip64 end at \(offset)", "one before its locator at \(locator)")
    }
    cursor = try ByteCursor(file, offset..<locator, "zip64 end")
    guard try cursor.read(UInt32.self) == end64Signature, try cursor.readSize() == locator - offset - 12 else {
      throw cursor.error(.malformed, "another record", "the zip64 end of \(locator - offset) bytes")
    }
    _ = try cursor.skip(4)
    try checkDisks(&cursor, UInt32.self)
    let (here, count) = (try cursor.readSize(), try cursor.readSize())
    guard here == count else { throw cursor.error(.unsupported, "\(here) of \(count) entries", "all on one disk") }
    return (offset, count, try cursor.readSize(), try cursor.readSize())
  }
}
