/// A file that is replaced as a whole or not at all.
///
/// The bytes go to a temporary file beside the target, are brought to the disk, and then take the target's name.
/// Whatever fails, and whenever the process ends, the target is the old file or the new one.
public final class AtomicFile {
  private let path: String
  private let temporary: String
  private let descriptor: Int32

  private static let prefix = ".swiftlet-"
  private static let suffix = ".partial"
  /// Temporary files that nobody has written to for an hour are left over from a process that was killed.
  private static let staleSeconds = 3600

  /// Replaces the file at `path` by what `body` writes.
  /// - Throws: `unwritable`, `notRegularFile`, and what `body` throws; then the old file is as it was.
  public static func write(
    to path: String, _ body: (AtomicFile) throws(FormatError) -> Void
  ) throws(FormatError) {
    let file = try AtomicFile(path)
    do throws(FormatError) {
      try body(file)
      guard Platform.synchronize(file.descriptor) else { throw file.failure("fsync") }
      guard Platform.move(file.temporary, to: path) else { throw file.failure("rename") }
    } catch {
      Platform.remove(file.temporary)
      throw error
    }
    guard Platform.synchronizeDirectory(directory(of: path)) else { throw file.failure("fsync of the directory") }
  }

  /// Writes all of `bytes`.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    guard Platform.write(descriptor, bytes) else { throw failure("write") }
  }

  public func write(_ bytes: [UInt8]) throws(FormatError) {
    guard bytes.withUnsafeBytes({ Platform.write(descriptor, $0) }) else { throw failure("write") }
  }

  /// Writes scalars as little-endian 32-bit floats.
  public func write(floats scalars: [Float]) throws(FormatError) {
    #if _endian(big)
      let words = scalars.map(\.bitPattern.littleEndian)
    #else
      let words = scalars
    #endif
    guard words.withUnsafeBytes({ Platform.write(descriptor, $0) }) else { throw failure("write") }
  }

  private init(_ path: String) throws(FormatError) {
    self.path = path
    let directory = Self.directory(of: path)
    temporary =
      "\(directory)/\(Self.prefix)\(Platform.processID)-\(String(UInt64.random(in: 0 ... .max), radix: 16))\(Self.suffix)"
    guard !path.utf8.contains(0), !path.isEmpty else {
      throw FormatError(.unwritable, path: path, found: "not the name of a file")
    }
    if let old = Platform.status(path), !old.isRegular {
      throw FormatError(
        .notRegularFile, path: path, found: "a directory or a special file", expected: "a regular file to replace")
    }
    Self.sweep(directory)
    guard let descriptor = Platform.create(temporary) else {
      throw FormatError(.unwritable, path: path, found: "cannot create a file in \(directory): \(Platform.reason)")
    }
    self.descriptor = descriptor
  }

  deinit { Platform.shut(descriptor) }

  private func failure(_ step: String) -> FormatError {
    FormatError(.unwritable, path: path, found: "\(step) failed: \(Platform.reason)")
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func sweep(_ directory: String) {
    for name in Platform.list(directory) where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      let path = "\(directory)/\(name)"
      if let status = Platform.status(path), Platform.now - status.modified > staleSeconds { Platform.remove(path) }
    }
  }
}
