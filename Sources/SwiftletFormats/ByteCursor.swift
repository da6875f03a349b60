/// A position in a range of a file. Every read is checked against the end of the range.
struct ByteCursor {
  let file: MappedFile
  /// What is being read, for messages: "zip directory", "pickle".
  let part: String
  let end: Int
  private(set) var offset: Int
  private let bytes: UnsafeRawBufferPointer
  private let start: Int
  private var released: Int

  init(_ file: MappedFile, _ range: Range<Int>, _ part: String) throws(FormatError) {
    bytes = try file.bytes(range, part)
    self.file = file
    self.part = part
    start = range.lowerBound
    end = range.upperBound
    offset = range.lowerBound
    released = range.lowerBound
  }

  var remaining: Int { end - offset }
  var place: String { "\(part), offset \(offset)" }

  /// The next byte, which stays; `nil` at the end.
  var next: UInt8? { offset < end ? bytes[offset - start] : nil }

  /// Steps over the byte `next`; does nothing at the end.
  mutating func advance() { if offset < end { offset += 1 } }

  /// Steps over `count` bytes and gives their range in the file.
  mutating func skip(_ count: Int) throws(FormatError) -> Range<Int> {
    guard count >= 0, count <= remaining else {
      throw error(.truncated, "\(remaining) bytes are left", "\(count) bytes")
    }
    defer { offset += count }
    return offset..<offset + count
  }

  /// The next `count` bytes, valid while the file lives.
  mutating func take(_ count: Int) throws(FormatError) -> UnsafeRawBufferPointer {
    let range = try skip(count)
    return UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound - start..<range.upperBound - start])
  }

  /// The longest run of at most `limit` bytes that all satisfy `condition`.
  mutating func take(atMost limit: Int, while condition: (UInt8) -> Bool) -> UnsafeRawBufferPointer {
    let first = offset
    let last = offset + min(limit, remaining)
    while offset < last, condition(bytes[offset - start]) { offset += 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[first - start..<offset - start])
  }

  /// The bytes from `offset` on that have been stepped over.
  func taken(from offset: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[offset - start..<self.offset - start])
  }

  /// Gives the memory of what has been read back to the system, a few MiB at a time; it can be read again.
  mutating func release() {
    guard offset - released >= MappedFile.window else { return }
    file.release(released..<offset)
    released = offset
  }

  /// The next integer, little-endian.
  mutating func read<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(FormatError) -> T {
    T(littleEndian: try take(MemoryLayout<T>.size).loadUnaligned(as: T.self))
  }

  /// The next `UInt64` as an `Int`.
  mutating func readSize() throws(FormatError) -> Int {
    let value = try read(UInt64.self)
    guard let size = Int(exactly: value) else { throw error(.malformed, "a size of \(value)", "a size below 2^63") }
    return size
  }

  /// The next `count` bytes as text.
  mutating func text(_ count: Int) throws(FormatError) -> String {
    let bytes = try take(count)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw error(.malformed, "bytes that are not UTF-8", "text in UTF-8")
    }
    return text
  }

  /// An error at the present position.
  func error(_ code: FormatError.Code, _ found: String, _ expected: String = "", _ advice: String = "") -> FormatError {
    FormatError(code, path: file.path, place: place, found: found, expected: expected, advice: advice)
  }
}
