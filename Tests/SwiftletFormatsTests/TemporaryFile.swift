import Foundation

/// A file, or a name for one, in a directory of its own; all is removed in the end.
final class TemporaryFile: Sendable {
  let directory: String
  let path: String

  /// Writes no file when there are no bytes.
  init(_ bytes: [UInt8]? = nil, name: String = "given.bin") throws {
    directory = FileManager.default.temporaryDirectory.path + "/swiftlet-tests-" + UUID().uuidString
    path = directory + "/" + name
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    if let bytes { try write(bytes) }
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
  func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
  /// The names in the directory.
  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }
}

/// Calls `body` with the path of a file of these bytes.
func withFile<R>(_ bytes: [UInt8], name: String = "given.bin", _ body: (String) throws -> R) throws -> R {
  let file = try TemporaryFile(bytes, name: name)
  return try withExtendedLifetime(file) { try body(file.path) }
}

/// The bytes of an integer, least significant first.
func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

/// The bytes of 32-bit floats, little-endian.
func little(_ values: [Float]) -> [UInt8] { values.flatMap { little($0.bitPattern) } }
