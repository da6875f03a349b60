/// A folder of files that can be made again, each under a key.
///
/// Whatever is wrong with the folder or a file in it, what is asked for is simply not there: nothing throws. A file is written
/// as a whole or not at all, and checked as a whole when it is opened, so any number of processes may share a folder. Who can
/// write to it can change answers: it belongs to one user.
public struct CacheFolder: Hashable, Sendable {
  public let path: String
  /// How many bytes all files may have together. More than a quarter is not kept at once; what was used longest ago goes first.
  public let limit: Int

  public init(_ path: String, limit: Int = 1 << 30) {
    (self.path, self.limit) = (path, limit)
  }

  /// The `count` bytes that were kept under `key`, if they are there and whole.
  public func bytes(_ key: [UInt8], count: Int) -> CachedBytes? {
    guard let path = file(key), let found = CachedBytes(path, key, count: count) else { return nil }
    Platform.touch(path)
    return found
  }

  /// Keeps `bytes` under `key` if it can.
  public func keep(_ bytes: UnsafeRawBufferPointer, under key: [UInt8]) {
    guard let file = file(key), bytes.count <= limit / 4 else { return }
    Platform.makeDirectories(path)
    try? AtomicFile.write(to: file) { file throws(FormatError) in
      try file.write(CachedBytes.header(key, bytes))
      try file.write(bytes)
    }
    drop()
  }

  private static let suffix = ".packed"

  /// `nil` where the folder has no name that can be.
  private func file(_ key: [UInt8]) -> String? {
    if path.isEmpty || path.utf8.contains(0) { return nil }
    let name = String(key.withUnsafeBytes(checksum), radix: 16)
    return "\(path)/\(name)\(Self.suffix)"
  }

  /// Removes what was used longest ago until the rest is within the limit.
  private func drop() {
    var files: [(path: String, size: Int, used: Int)] = []
    for name in Platform.list(path) where name.hasSuffix(Self.suffix) {
      let file = "\(path)/\(name)"
      if let status = Platform.status(file), status.isRegular { files.append((file, status.size, status.modified)) }
    }
    var total = files.reduce(0) { $0 + $1.size }
    for file in files.sorted(by: { $0.used < $1.used }) where total > limit {
      Platform.remove(file.path)
      total -= file.size
    }
  }
}

/// Bytes from a `CacheFolder`, aligned to 4096; valid as long as this object lives.
///
/// The file: eight numbers of 64 bits (magic, version, sizes of header, key and bytes, checksums of key, bytes and of the
/// numbers before), the key, zeros up to a multiple of 4096, the bytes.
public final class CachedBytes: Sendable {
  public let count: Int
  public var start: UnsafeRawPointer { address.value }
  private let address: Address
  private let file: MappedFile

  /// What lies there is never written to.
  private struct Address: @unchecked Sendable { let value: UnsafeRawPointer }

  private static let alignment = 4096
  private static let fieldBytes = 64

  /// `nil` for a file that is not there, cannot be read, or is anything but what was kept under `key`.
  init?(_ path: String, _ key: [UInt8], count: Int) {
    guard let file = try? MappedFile(path) else { return nil }
    let size = Self.headerSize(key)
    guard file.count == size + count, let header = try? file.bytes(0..<size, "header"),
      let bytes = try? file.bytes(size..<file.count, "bytes"), let start = bytes.baseAddress
    else { return nil }
    let fields = UnsafeRawBufferPointer(rebasing: header[..<Self.fieldBytes])
    let stored = UnsafeRawBufferPointer(rebasing: header[Self.fieldBytes..<Self.fieldBytes + key.count])
    let sum = fields.load(fromByteOffset: 48, as: UInt64.self)
    guard fields.elementsEqual(Self.fields(key, bytes: count, sum: sum)), Platform.areEqual(stored, key),
      checksum(bytes) == sum
    else { return nil }
    (self.file, self.count, address) = (file, count, Address(value: start))
  }

  /// What stands before `bytes` in their file.
  static func header(_ key: [UInt8], _ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    let known = fields(key, bytes: bytes.count, sum: checksum(bytes)) + key
    return known + [UInt8](repeating: 0, count: headerSize(key) - known.count)
  }

  private static func headerSize(_ key: [UInt8]) -> Int {
    (fieldBytes + key.count + alignment - 1) / alignment * alignment
  }

  private static func fields(_ key: [UInt8], bytes: Int, sum: UInt64) -> [UInt8] {
    let magic: UInt64 = 0x6568_6361_6374_6C77  // "wltcache", least significant byte first
    let numbers =
      [magic, 1, UInt64(headerSize(key)), UInt64(key.count), UInt64(bytes), key.withUnsafeBytes(checksum), sum]
    let words = numbers.withUnsafeBytes(Array.init)
    return words + withUnsafeBytes(of: words.withUnsafeBytes(checksum), Array.init)
  }
}
