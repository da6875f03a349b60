import SwiftletFormats
import SwiftletGraph
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file at fault, and the error that it must meet at the front door.
struct HostileCase: CustomTestStringConvertible, Sendable {
  var name: String
  var code: FormatError.Code
  var bytes: [UInt8]

  init(_ name: String, _ code: FormatError.Code, _ bytes: [UInt8]) {
    self.name = name
    self.code = code
    self.bytes = bytes
  }

  var testDescription: String { name }

  /// The error of opening the file and of reading every array in it.
  func error() throws -> FormatError? {
    let file = try TemporaryFile(bytes, name: "hostile-file.bin")
    do {
      try readAll(file.path)
      return nil
    } catch let error as FormatError {
      return error
    }
  }

  func check() throws {
    let start = threadSeconds()
    let error = try #require(try error(), "\(name): the file was read")
    #expect(threadSeconds() - start < 1, "\(name) took too long")
    #expect(error.code == code, "\(name): \(error)")
    #expect(error.description.contains("hostile-file.bin"))
    #expect(error.description.contains(error.found) && !error.found.isEmpty)
  }
}

func readAll(_ path: String) throws {
  let weights = try WeightsFile.open(path)
  for name in weights.names {
    let shape = try #require(weights.shape(name))
    let array = try weights.array(name, shape)
    #expect(array.shape == shape)
  }
}

/// The seconds for which this thread has run.
func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
