/// The names of the classes of a network: a text file in UTF-8, one name a line.
public enum Labels {
  static let sizeLimit = 1 << 20

  /// The names, as many as the network has classes. A line break after the last is allowed, so is CR LF.
  /// - Throws: `countMismatch`, `limitExceeded` (1 MiB), `malformed`, and what `MappedFile` throws.
  public static func read(_ path: String, count: Int) throws(FormatError) -> [String] {
    let file = try MappedFile(path)
    guard file.count <= sizeLimit else {
      throw FormatError(.limitExceeded, path: path, found: "\(file.count) bytes", expected: "at most \(sizeLimit)")
    }
    var cursor = try ByteCursor(file, 0..<file.count, "labels")
    var lines = try cursor.text(file.count).split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    if lines.last == "" { lines.removeLast() }
    guard lines.count == count else {
      throw FormatError(
        .countMismatch, path: path, found: "\(lines.count) lines", expected: "\(count), one for each class")
    }
    for (i, line) in lines.enumerated() where line.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\t" }) {
      throw FormatError(
        .malformed, path: path, place: "line \(i + 1)", found: "a control character", expected: "a name")
    }
    return lines.map(String.init)
  }
}
