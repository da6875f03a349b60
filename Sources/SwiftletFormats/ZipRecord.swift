import Synchronization

/// A file stored in a zip archive without compression.
final class ZipRecord: Sendable {
  let name: String
  /// Where its bytes lie in the archive.
  let bytes: Range<Int>
  private let file: MappedFile
  private let checksum: UInt32
  private let isVerified = Atomic(false)

  init(_ file: MappedFile, name: String, bytes: Range<Int>, checksum: UInt32) {
    self.file = file
    self.name = name
    self.bytes = bytes
    self.checksum = checksum
  }

  /// Checks the bytes against the checksum, once.
  /// - Throws: `checksumMismatch`.
  func verify() throws(FormatError) {
    if isVerified.load(ordering: .relaxed) { return }
    var found: UInt32 = 0
    for start in stride(from: bytes.lowerBound, to: bytes.upperBound, by: MappedFile.window) {
      let range = start..<min(start + MappedFile.window, bytes.upperBound)
      found = CRC32.checksum(try file.bytes(range, name), after: found)
      file.release(range)
    }
    guard found == checksum else {
      throw FormatError(
        .checksumMismatch, path: file.path, place: name, found: "CRC-32 \(String(found, radix: 16))",
        expected: String(checksum, radix: 16), advice: "The file is damaged. Fetch it again.")
    }
    isVerified.store(true, ordering: .relaxed)
  }
}
