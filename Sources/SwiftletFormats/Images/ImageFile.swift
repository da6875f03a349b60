#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A regular file that is open for reading. Opening never waits, so a FIFO cannot hang it.
struct ImageFile: ~Copyable {
  let path: String
  /// The size in bytes when it was opened.
  let count: Int
  private let descriptor: Int32

  init(_ path: String) throws(ImageError) {
    guard !path.utf8.contains(0) else {
      throw ImageError(.unreadable, path: path, found: "a path with a zero byte", expected: "the path of a file")
    }
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.refusal(path) }
    do throws(ImageError) {
      count = try Self.size(descriptor, path)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static func size(_ descriptor: Int32, _ path: String) throws(ImageError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw refusal(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ImageError(.notRegularFile, path: path, found: "a directory or a special file", expected: "a regular file")
    }
    return Int(status.st_size)
  }

  /// The next `count` bytes.
  func next(_ count: Int) throws(ImageError) -> [UInt8] {
    try Self.probe(count, path)
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let step = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + filled, count - filled) }
      if step < 0, errno == EINTR { continue }
      guard step >= 0 else { throw Self.refusal(path) }
      guard step > 0 else {
        throw ImageError(
          .truncated, path: path, found: "the file was shortened while it was read", expected: "\(self.count) bytes")
      }
      filled += step
    }
    return bytes
  }

  /// Asks the system for `count` bytes and gives them back: an array that gets none would end the process.
  static func probe(_ count: Int, _ path: String) throws(ImageError) {
    guard let memory = malloc(max(count, 1)) else {
      throw ImageError(.outOfMemory, path: path, found: "no memory for \(count) bytes")
    }
    free(memory)
  }

  private static func refusal(_ path: String) -> ImageError {
    ImageError(.unreadable, path: path, found: String(cString: strerror(errno)), expected: "a readable file")
  }
}
