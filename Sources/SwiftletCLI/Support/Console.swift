import ArgumentParser

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Standard output and standard error.
enum Console {
  /// Writes a line to standard output. When nobody reads it any more the program ends quietly.
  static func write(_ text: String) throws {
    var bytes = Array((text + "\n").utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Platform.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EPIPE {
        throw ExitCode.success
      } else if errno != EINTR {
        throw ConsoleError(description: "standard output: \(String(cString: strerror(errno)))")
      }
    }
  }

  /// Writes to standard error; nothing is done about failures, for there is nowhere left to tell.
  static func note(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Platform.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  static let errorIsTerminal = isatty(STDERR_FILENO) == 1

  /// Columns of the terminal, or what COLUMNS says; `nil` where output goes to a file.
  static let width: Int? = {
    if let columns = getenv("COLUMNS").flatMap({ Int(String(cString: $0)) }), columns > 0 { return columns }
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }()

  private enum Platform {
    static func write(_ file: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
      #if canImport(Glibc)
        Glibc.write(file, start, count)
      #elseif canImport(Musl)
        Musl.write(file, start, count)
      #else
        Darwin.write(file, start, count)
      #endif
    }
  }
}

struct ConsoleError: Error, CustomStringConvertible {
  var description: String
}

/// What a command is busy with, on one line of a terminal's standard error; silent elsewhere.
struct Progress {
  let total: Int
  private var count = 0

  init(_ total: Int) { self.total = total }

  /// The next of `total` pieces of work begins.
  mutating func next(_ title: String) {
    count += 1
    if Console.errorIsTerminal { Console.note("\r\u{1B}[K[\(count)/\(total)] \(title.prefix(60))") }
  }

  /// Takes the line away.
  func clear() { if Console.errorIsTerminal { Console.note("\r\u{1B}[K") } }
}
