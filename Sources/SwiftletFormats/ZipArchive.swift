/// The records of a zip archive whose records are all stored, not compressed; with and without the zip64 extension.
///
/// Strict, so that no two readers can see different things in one file: names are unique, the local header of a record
/// equals its entry in the directory, records do not overlap, the directory ends where the archive's end begins.
/// Source: APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
struct ZipArchive {
  static let recordLimit = 32_768

  let file: MappedFile
  /// In the order of the directory.
  private(set) var records: [ZipRecord] = []

  init(_ file: MappedFile) throws(FormatError) {
    self.file = file
    let end = try ZipEnd(file)
    guard end.count <= Self.recordLimit else {
      throw FormatError(
        .limitExceeded, path: file.path, place: "zip end", found: "\(end.count) records",
        expected: "at most \(Self.recordLimit)")
    }
    var cursor = try ByteCursor(file, end.directory, "zip directory")
    var names: Set<String> = []
    var extents: [Range<Int>] = []
    for _ in 0..<end.count {
      let entry = try ZipEntry(&cursor)
      cursor.release()
      guard names.insert(entry.name).inserted else {
        throw cursor.error(.duplicateName, "the name \(entry.name) comes twice", "distinct names")
      }
      let (record, extent) = try Self.record(entry, file, end.directory.lowerBound)
      records.append(record)
      extents.append(extent)
    }
    guard cursor.remaining == 0 else {
      throw cursor.error(.malformed, "\(cursor.remaining) further bytes", "the end after \(end.count) entries")
    }
    try Self.checkApart(extents, file)
  }

  /// The record `entry` and the extent of header, bytes and descriptor.
  private static func record(
    _ entry: ZipEntry, _ file: MappedFile, _ limit: Int
  ) throws(FormatError) -> (ZipRecord, Range<Int>) {
    guard entry.headerOffset < limit else {
      throw FormatError(
        .outOfBounds, path: file.path, place: entry.name, found: "a header at \(entry.headerOffset)",
        expected: "one before the directory at \(limit)")
    }
    var cursor = try ByteCursor(file, entry.headerOffset..<limit, "local header of \(entry.name)")
    try entry.checkLocalHeader(&cursor)
    let bytes = try cursor.skip(entry.size)
    if entry.hasDescriptor { try entry.checkDescriptor(&cursor) }
    let record = ZipRecord(file, name: entry.name, bytes: bytes, checksum: entry.checksum)
    return (record, entry.headerOffset..<cursor.offset)
  }

  private static func checkApart(_ extents: [Range<Int>], _ file: MappedFile) throws(FormatError) {
    let sorted = extents.sorted { $0.lowerBound < $1.lowerBound }
    for (first, second) in zip(sorted, sorted.dropFirst()) where second.lowerBound < first.upperBound {
      throw FormatError(
        .outOfBounds, path: file.path, place: "offset \(second.lowerBound)", found: "records that overlap",
        expected: "each in a place of its own")
    }
  }
}
