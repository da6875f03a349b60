import SwiftletFormats
import SwiftletGraph

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// ONNX Runtime of the user's Python, as a process: arrays go there and back as `.npy` files.
enum ONNXRuntime {
  private static let script = """
    import sys
    try:
      import numpy, onnxruntime
    except ImportError as error:
      print(error)
      sys.exit(9)
    model, folder = sys.argv[1:]
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    outputs = session.run(None, {"input": numpy.load(folder + "/input.npy")})
    for i, output in enumerate(outputs):
      numpy.save(f"{folder}/output.{i}.npy", output)
    print(onnxruntime.__version__)
    """

  /// The outputs of the model in the file at `path`.
  static func run(
    _ path: String, _ input: NDArray, outputs: Int
  ) throws -> (version: String, outputs: [NDArray]) {
    let folder = try temporaryFolder()
    let files = ["input"] + (0..<outputs).map { "output.\($0)" }
    defer {
      for file in files { unlink("\(folder)/\(file).npy") }
      rmdir(folder)
    }
    try TensorFile.write([("input", input)], to: "\(folder)/input.npy")
    let command = ["python3", "-c", script, path, folder].map(quoted).joined(separator: " ")
    let (status, text) = try output(of: command + " 2>&1")
    let lastLine = text.split(separator: "\n").last.map(String.init) ?? "no message"
    switch status {
    case 0: return (lastLine, try files.dropFirst().map { try TensorFile.read("\(folder)/\($0).npy") })
    case 9: throw missing("python3 says: \(lastLine)")
    case 127: throw missing("there is no python3")
    default: throw VerificationError(description: "\(path): ONNX Runtime does not take the model: \(lastLine)")
    }
  }

  private static func missing(_ reason: String) -> VerificationError {
    VerificationError(
      description: "not verified, ONNX Runtime is not at hand (\(reason)); 'pip install onnxruntime numpy' brings it")
  }

  /// What a command of the shell writes, and its exit status.
  private static func output(of command: String) throws(VerificationError) -> (status: Int32, text: String) {
    guard let pipe = popen(command, "r") else {
      throw VerificationError(description: "not verified, cannot start python3: \(String(cString: strerror(errno)))")
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { bytes += buffer[..<count] }
    return (pclose(pipe) >> 8 & 0xFF, String(decoding: bytes, as: UTF8.self))
  }

  /// One word of the shell.
  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  private static func temporaryFolder() throws(VerificationError) -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = "\(parent)/swiftlet-XXXXXX".utf8CString.map { $0 }
    guard mkdtemp(&template) != nil else {
      throw VerificationError(
        description: "not verified, no folder can be made in \(parent): \(String(cString: strerror(errno)))")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
