/// What is wrong with a file, where, and what to do about it. The only error of this module.
public struct FormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failure. The raw values are stable: scripts may rely on them.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// There is no file of this name.
    case notFound = "not-found"
    /// A directory, a FIFO, a device: anything but a regular file.
    case notRegularFile = "not-a-regular-file"
    /// The system refused to open or read the file.
    case unreadable
    /// The system refused to create, write or rename the file.
    case unwritable
    /// The file has no bytes.
    case empty
    /// The content is of no format that is known.
    case unknownFormat = "unknown-format"
    /// The file ends before what it announces, or another process changed it.
    case truncated
    /// A size or a count is over the limit.
    case limitExceeded = "limit-exceeded"
    /// The bytes break the rules of their format.
    case malformed
    /// Two things have the same name.
    case duplicateName = "duplicate-name"
    /// A range lies outside of what it must lie in.
    case outOfBounds = "out-of-bounds"
    /// A lawful feature of the format that is not read here.
    case unsupported
    /// The file asks for code to be run.
    case forbidden
    /// The checksum does not fit the bytes.
    case checksumMismatch = "checksum-mismatch"
    /// There are more or fewer things than there must be.
    case countMismatch = "count-mismatch"
    /// What was asked for is not in the file.
    case missing
  }

  public var code: Code
  /// The path of the file, as it was given.
  public var path: String
  /// Where in the file: a byte offset, an entry, a name; empty where it is the whole file.
  public var place: String
  public var found: String
  /// What was expected, or the limit and its value.
  public var expected: String
  /// What the user can do; empty where nothing but another file helps.
  public var advice: String

  public init(
    _ code: Code, path: String, place: String = "", found: String, expected: String = "", advice: String = ""
  ) {
    self.code = code
    self.path = path
    self.place = place
    self.found = found
    self.expected = expected
    self.advice = advice
  }

  public var description: String {
    var text = place.isEmpty ? "\(path): \(found)" : "\(path): \(place): \(found)"
    if !expected.isEmpty { text += "; expected \(expected)" }
    if !advice.isEmpty { text += ". \(advice)" }
    return text
  }
}
