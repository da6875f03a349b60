/// Why a photo could not be read: which file, where in it, what was found and what was expected.
public struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failure. The raw values are stable: scripts may rely on them.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// The file is absent or the system refused to open or read it.
    case unreadable
    /// A directory, a FIFO, a device: anything but a regular file.
    case notRegularFile = "not-a-regular-file"
    /// The file has no bytes.
    case empty
    /// The content is neither JPEG nor PNG nor WebP.
    case unknownFormat = "unknown-format"
    /// A lawful feature of the format that is not read here.
    case unsupported
    /// A size or a count is over its limit.
    case limitExceeded = "limit-exceeded"
    /// The file ends before what it announces.
    case truncated
    /// The bytes break the rules of their format.
    case malformed
    /// The system has no memory for the pixels.
    case outOfMemory = "out-of-memory"
  }

  public var code: Code
  /// The path of the file, as it was given.
  public var path: String
  /// Where in the file: a byte offset, a chunk; empty where it is the whole file.
  public var place: String
  public var found: String
  /// What was expected, or the limit; empty where `found` says it all.
  public var expected: String

  public init(_ code: Code, path: String, place: String = "", found: String, expected: String = "") {
    self.code = code
    self.path = path
    self.place = place
    self.found = found
    self.expected = expected
  }

  public var description: String {
    var text = place.isEmpty ? "\(path): \(found)" : "\(path): \(place): \(found)"
    if !expected.isEmpty { text += "; expected \(expected)" }
    return text
  }
}
