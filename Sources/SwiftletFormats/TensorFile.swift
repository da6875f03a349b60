public import SwiftletGraph

/// Arrays that go into a network and come out of it, as files.
public enum TensorFile {
  /// The array `name` of a file that `WeightsFile` can open, or, whatever its name, the only one there is.
  /// - Throws: `FormatError`; `missing` when there are several and none has this name.
  public static func read(_ path: String, name: String = "input") throws(FormatError) -> NDArray {
    let arrays = try WeightsFile.contents(path).arrays
    guard let array = arrays.count == 1 ? arrays.first : arrays.first(where: { $0.name == name }) else {
      let names = arrays.prefix(10).map(\.name).joined(separator: ", ")
      throw FormatError(
        .missing, path: path, found: "\(arrays.count) arrays: \(names)", expected: "one, or one named \(name)")
    }
    return try array.load()
  }

  /// Writes arrays to `.safetensors`, or a single one to `.npy`. The file is replaced as a whole or not at all.
  /// - Throws: `FormatError`; `unsupported` for another extension, `countMismatch` for several arrays to `.npy`.
  public static func write(_ arrays: [(String, NDArray)], to path: String) throws(FormatError) {
    let lowered = path.lowercased()
    if lowered.hasSuffix(".safetensors") { return try SafeTensors.write(arrays, to: path) }
    guard lowered.hasSuffix(".npy") else {
      throw FormatError(
        .unsupported, path: path, found: "the extension of no format", expected: ".npy or .safetensors")
    }
    guard arrays.count == 1 else {
      throw FormatError(
        .countMismatch, path: path, found: "\(arrays.count) arrays", expected: "one in a .npy file",
        advice: "Use .safetensors for several.")
    }
    try NPY.write(arrays[0].1, to: path)
  }
}
