#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The calls to the system that this module makes, each retried when a signal interrupts it.
/// A result of `nil` or `false` leaves the reason in `Platform.reason`.
enum Platform {
  struct Status {
    let isRegular: Bool
    let size: Int
    /// When the content was last changed, in seconds since 1970.
    let modified: Int

    init(_ status: stat) {
      isRegular = status.st_mode & S_IFMT == S_IFREG
      size = Int(status.st_size)
      modified = status.contentTime.tv_sec
    }
  }

  /// The text of the last failure.
  static var reason: String { String(cString: strerror(errno)) }
  static var isNotFound: Bool { errno == ENOENT || errno == ENOTDIR }
  static var processID: Int { Int(getpid()) }
  static var now: Int { time(nil) }

  /// Opens for reading, without waiting for the other end of a FIFO.
  static func openToRead(_ path: String) -> Int32? { retried { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) } }

  /// Creates a file that is not there yet.
  static func create(_ path: String) -> Int32? {
    retried { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
  }

  static func status(_ file: Int32) -> Status? {
    var status = stat()
    return fstat(file, &status) == 0 ? Status(status) : nil
  }

  static func status(_ path: String) -> Status? {
    var status = stat()
    return stat(path, &status) == 0 ? Status(status) : nil
  }

  /// Where a file lies, its size, and when it was changed; `nil` until clocks of file systems have ticked since then.
  static func state(_ file: Int32) -> String? {
    var status = stat()
    let tick = 3
    guard fstat(file, &status) == 0 else { return nil }
    let (content, node) = (status.contentTime, status.nodeTime)
    guard max(content.tv_sec, node.tv_sec) < now - tick else { return nil }
    return "\(status.st_dev):\(status.st_ino):\(status.st_size):\(content.tv_sec).\(content.tv_nsec):"
      + "\(node.tv_sec).\(node.tv_nsec)"
  }

  static func map(_ file: Int32, _ count: Int) -> UnsafeRawPointer? {
    let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0)
    return address == MAP_FAILED ? nil : UnsafeRawPointer(address)
  }

  static func unmap(_ address: UnsafeRawPointer, _ count: Int) {
    munmap(UnsafeMutableRawPointer(mutating: address), count)
  }

  /// Tells the kernel that the whole pages in `range` of a mapping are not needed for now.
  static func release(_ address: UnsafeRawPointer, _ range: Range<Int>) {
    let page = Int(getpagesize())
    let first = (range.lowerBound + page - 1) / page * page
    let last = range.upperBound / page * page
    if first < last { madvise(UnsafeMutableRawPointer(mutating: address + first), last - first, Int32(MADV_DONTNEED)) }
  }

  /// Whether `count` bytes can be allocated. Swift's own arrays end the process when they cannot.
  static func canAllocate(_ count: Int) -> Bool {
    guard let memory = malloc(max(count, 1)) else { return false }
    free(memory)
    return true
  }

  static func areEqual(_ a: UnsafeRawBufferPointer, _ b: [UInt8]) -> Bool {
    a.count == b.count && b.withUnsafeBytes { a.isEmpty || memcmp(a.baseAddress!, $0.baseAddress!, a.count) == 0 }
  }

  /// Fills `bytes` with those of a file from `offset` on.
  static func read(_ file: Int32, from offset: Int, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    var filled = 0
    while filled < bytes.count {
      let count = pread(file, bytes.baseAddress! + filled, bytes.count - filled, off_t(offset + filled))
      if count == 0 || count < 0 && errno != EINTR { return false }
      filled += max(0, count)
    }
    return true
  }

  static func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
      #if canImport(Glibc)
        let count = Glibc.write(file, start, rest.count)
      #elseif canImport(Musl)
        let count = Musl.write(file, start, rest.count)
      #else
        let count = Darwin.write(file, start, rest.count)
      #endif
      if count < 0 && errno != EINTR { return false }
      if count > 0 { rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count)) }
    }
    return true
  }

  static func synchronize(_ file: Int32) -> Bool { retried { fsync(file) } != nil }

  static func synchronizeDirectory(_ path: String) -> Bool {
    guard let directory = retried({ open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }) else { return false }
    defer { shut(directory) }
    // Some network file systems cannot do this for a directory, and say so by EINVAL.
    return synchronize(directory) || errno == EINVAL
  }

  @discardableResult static func shut(_ file: Int32) -> Bool { close(file) == 0 || errno == EINTR }
  static func move(_ path: String, to target: String) -> Bool { rename(path, target) == 0 }
  static func remove(_ path: String) { unlink(path) }

  /// Makes a directory and those above it, for this user alone.
  static func makeDirectories(_ path: String) {
    for end in path.utf8.indices.dropFirst() where path.utf8[end] == UInt8(ascii: "/") {
      mkdir(String(path[..<end]), 0o700)
    }
    mkdir(path, 0o700)
  }

  /// Sets the time of change to now.
  static func touch(_ path: String) { utimensat(AT_FDCWD, path, nil, 0) }

  /// The names in a directory; none when it cannot be read.
  static func list(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }

  private static func retried(_ call: () -> Int32) -> Int32? {
    while true {
      let result = call()
      if result >= 0 { return result }
      if errno != EINTR { return nil }
    }
  }
}

extension stat {
  /// When the content was last changed.
  fileprivate var contentTime: timespec {
    #if canImport(Darwin)
      st_mtimespec
    #else
      st_mtim
    #endif
  }

  /// When the content, the name or the rights were last changed.
  fileprivate var nodeTime: timespec {
    #if canImport(Darwin)
      st_ctimespec
    #else
      st_ctim
    #endif
  }
}
