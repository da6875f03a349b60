public import SwiftletGraph

/// The front door for files of named arrays. What a file is, is seen from its content; its name means nothing.
public enum WeightsFile {
  /// The arrays of a safetensors file, of a state dict that PyTorch saved, or the one array of a `.npy` file, which is
  /// named `array`. Each is read when it is asked for.
  ///
  /// A PyTorch file may hold the state dict itself, or hold it under `state_dict`, `model`, `state_dict_ema` or
  /// `model_ema`: the first of these that is a dictionary of tensors. Nothing in the file is run.
  /// - Throws: `FormatError`; the whole layout of the file is checked here, checksums when an array is read.
  public static func open(_ path: String) throws(FormatError) -> Weights { try contents(path).weights }

  static func contents(_ path: String) throws(FormatError) -> ArrayFile {
    let file = try MappedFile(path)
    let start = Array(try file.bytes(0..<min(file.count, 16), "start"))
    if start.starts(with: NPY.magic) { return ArrayFile(path: path, arrays: [try NPY.open(file)]) }
    if start.starts(with: Array("PK".utf8)), start.count > 2, start[2] < 8 { return try PyTorchFile.open(file) }
    if start.count > 8, start[8] == UInt8(ascii: "{") { return try SafeTensors.open(file) }
    throw try unknown(file, start)
  }

  /// Files that are often given in place of weights.
  private static let others: [(start: [UInt8], what: String, advice: String)] = [
    ([0x80, 0x02], "a bare pickle, as torch.save wrote it before version 1.6", PyTorchFile.legacyAdvice),
    (Array("version https://git-lfs".utf8), "a pointer of Git LFS, not the file itself", "Run: git lfs pull"),
    ([0x1f, 0x8b], "a gzip archive", "Unpack it first."),
    ([0x89] + Array("HDF".utf8), "an HDF5 file", ""),
    (Array("<".utf8), "a page of HTML or XML", "The download may have led to a web page."),
  ]

  private static func unknown(_ file: MappedFile, _ start: [UInt8]) throws(FormatError) -> FormatError {
    let expected = "safetensors, a PyTorch zip archive or npy"
    let longer = Array(try file.bytes(0..<min(file.count, 512), "start"))
    if longer.count >= 262, longer[257..<262].elementsEqual("ustar".utf8) {
      return FormatError(
        .unsupported, path: file.path, found: "a tar archive, as torch.save wrote it before version 0.1.10",
        expected: expected, advice: PyTorchFile.legacyAdvice)
    }
    if let other = others.first(where: { longer.starts(with: $0.start) }) {
      return FormatError(
        .unsupported, path: file.path, found: other.what, expected: expected, advice: other.advice)
    }
    let isText = longer.allSatisfy { $0 >= 0x20 || $0 == 0x0a || $0 == 0x0d || $0 == 0x09 }
    let bytes = start.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined(separator: " ")
    return FormatError(
      .unknownFormat, path: file.path, found: isText ? "a text file" : "a file that starts with the bytes \(bytes)",
      expected: expected)
  }
}
