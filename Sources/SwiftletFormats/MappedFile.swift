/// The bytes of a regular file, mapped for reading. The mapping lives as long as this object.
///
/// A file must not be shortened while it is mapped; `bytes` checks its size each time, so that an array that is read
/// later than the file was opened meets an error and not a fault of the machine.
public final class MappedFile: @unchecked Sendable {  // Nothing here changes after `init`.
  /// Long ranges are read and released in steps of this many bytes.
  static let window = 4 << 20

  /// The path, as it was given.
  public let path: String
  /// The size in bytes, never 0.
  public let count: Int
  private let base: UnsafeRawPointer
  private let descriptor: Int32

  /// - Throws: `notFound`, `notRegularFile`, `empty`, `unreadable`.
  public init(_ path: String) throws(FormatError) {
    guard !path.utf8.contains(0), let descriptor = Platform.openToRead(path) else {
      let isAbsent = path.utf8.contains(0) || Platform.isNotFound
      throw FormatError(
        isAbsent ? .notFound : .unreadable, path: path, found: isAbsent ? "no such file" : Platform.reason)
    }
    do throws(FormatError) {
      count = try Self.size(descriptor, path)
      guard let base = Platform.map(descriptor, count) else {
        throw FormatError(.unreadable, path: path, found: "cannot be mapped: \(Platform.reason)")
      }
      self.base = base
    } catch {
      Platform.shut(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    Platform.unmap(base, count)
    Platform.shut(descriptor)
  }

  private static func size(_ descriptor: Int32, _ path: String) throws(FormatError) -> Int {
    guard let status = Platform.status(descriptor) else {
      throw FormatError(.unreadable, path: path, found: Platform.reason)
    }
    guard status.isRegular else {
      throw FormatError(
        .notRegularFile, path: path, found: "a directory or a special file", expected: "a regular file")
    }
    guard status.size > 0 else { throw FormatError(.empty, path: path, found: "the file is empty") }
    return status.size
  }

  /// The bytes in `range`, valid while this object lives.
  /// - Throws: `truncated` when the range ends after the file, or the file is shorter than when it was opened.
  public func bytes(_ range: Range<Int>, _ place: String) throws(FormatError) -> UnsafeRawBufferPointer {
    try check(range, place)
    return UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
  }

  /// Reads the bytes in `range` to `target`, which has as many; they never count as memory of this file.
  /// - Throws: as `bytes`.
  func read(_ range: Range<Int>, _ place: String, to target: UnsafeMutableRawBufferPointer) throws(FormatError) {
    try check(range, place)
    guard Platform.read(descriptor, from: range.lowerBound, into: target) else { throw shortened(place) }
  }

  private func check(_ range: Range<Int>, _ place: String) throws(FormatError) {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw FormatError(
        .truncated, path: path, place: place, found: "bytes \(range.lowerBound)..<\(range.upperBound)",
        expected: "a range within the \(count) bytes of the file")
    }
    guard let status = Platform.status(descriptor), status.size >= count else { throw shortened(place) }
  }

  private func shortened(_ place: String) -> FormatError {
    FormatError(
      .truncated, path: path, place: place, found: "the file was shortened while it was open",
      expected: "\(count) bytes", advice: "Open it again when it is written.")
  }

  /// What tells this content of this file from all others on this machine: where the file lies, its size, when it was changed,
  /// and, for file systems whose times mean nothing, a checksum of pieces all over it. `nil` within a few seconds of a change,
  /// while another one might happen at what clocks call the same time.
  public var identity: String? {
    guard let state = Platform.state(descriptor) else { return nil }
    let (pieces, size) = (64, min(count, 4096))
    var sums: [UInt64] = []
    var piece = [UInt8](repeating: 0, count: size)
    for i in 0..<pieces {
      let start = (count - size) / (pieces - 1) * i
      guard piece.withUnsafeMutableBytes({ Platform.read(descriptor, from: start, into: $0) }) else { return nil }
      sums.append(piece.withUnsafeBytes(checksum))
    }
    return "\(state):\(sums.withUnsafeBytes(checksum))"
  }

  /// Tells the system that these bytes are not needed for now, so that they do not count as memory of this process.
  public func release(_ range: Range<Int>) { Platform.release(base, range.clamped(to: 0..<count)) }
}
