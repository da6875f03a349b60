import Foundation

/// The built command line, run as a process.
struct Command {
  var status: Int32
  var output: String
  var errors: String

  /// Where the executable was built: in the folder of the test bundle or one above it.
  static let executable: URL? = {
    for start in [
      Bundle.main.bundleURL, URL(filePath: CommandLine.arguments[0]), URL(filePath: Bundle.main.executablePath ?? "/"),
    ] {
      var folder = start
      for _ in 0..<6 {
        let candidate = folder.appending(path: "swiftlet")
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue {
          return candidate
        }
        folder.deleteLastPathComponent()
      }
    }
    return nil
  }()

  struct Missing: Error {}

  /// Nothing is kept in the user's home.
  private static let environment = ProcessInfo.processInfo.environment.merging(["SWIFTLET_CACHE": "off"]) { $1 }

  init(
    _ arguments: [String], environment: [String: String] = [:], folder: URL? = nil, input: String = ""
  ) throws {
    guard let executable = Self.executable else { throw Missing() }
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = Self.environment.merging(environment) { $1 }
    process.currentDirectoryURL = folder
    // Files rather than pipes: nothing to drain, nothing to block.
    let files = TemporaryFolder()
    process.standardInput = FileHandle(forReadingAtPath: try files.file("in", input))
    let (out, err) = (try files.create("out"), try files.create("err"))
    process.standardOutput = out
    process.standardError = err
    try process.run()
    process.waitUntilExit()
    status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    output = String(decoding: try Data(contentsOf: files.url("out")), as: UTF8.self)
    errors = String(decoding: try Data(contentsOf: files.url("err")), as: UTF8.self)
  }

  /// The output as JSON.
  func json() throws -> Any { try JSONSerialization.jsonObject(with: Data(output.utf8)) }
}

/// A folder that is removed with its owner.
final class TemporaryFolder: Sendable {
  let root: URL

  init() {
    root = FileManager.default.temporaryDirectory.appending(path: "swiftlet-\(UUID().uuidString)")
    try? FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  func url(_ name: String) -> URL { root.appending(path: name) }
  func path(_ name: String) -> String { url(name).path }

  /// A file with this content.
  func file(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: url(name))
    return path(name)
  }

  func create(_ name: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: path(name), contents: nil)
    return try FileHandle(forWritingTo: url(name))
  }
}
