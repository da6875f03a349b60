public import SwiftletGraph

extension SafeTensors {
  /// Writes arrays of 32-bit floats in the given order. The file at `path` is replaced as a whole or not at all.
  /// - Throws: `duplicateName`; `unwritable` and `notRegularFile` of `AtomicFile`.
  public static func write(
    _ arrays: [(String, NDArray)], metadata: [String: String] = [:], to path: String
  ) throws(FormatError) {
    var header = try header(arrays, metadata, path)
    header += [UInt8](repeating: UInt8(ascii: " "), count: -header.count & 7)
    guard header.count <= headerLimit else {
      throw FormatError(
        .limitExceeded, path: path, place: "header", found: "\(header.count) bytes", expected: "at most \(headerLimit)")
    }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    try AtomicFile.write(to: path) { file throws(FormatError) in
      try file.write(length + header)
      for (_, array) in arrays { try file.write(floats: array.scalars) }
    }
  }

  private static func header(
    _ arrays: [(String, NDArray)], _ metadata: [String: String], _ path: String
  ) throws(FormatError) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\(quoted(metadataKey)):{\(pairs.joined(separator: ","))}")
    }
    var names: Set<String> = [metadataKey]
    var offset = 0
    for (name, array) in arrays {
      guard names.insert(name).inserted else {
        throw FormatError(
          .duplicateName, path: path, place: name, found: "a name that is taken", expected: "distinct names")
      }
      let end = offset + array.scalars.count * MemoryLayout<Float>.size
      let shape = array.shape.map(String.init).joined(separator: ",")
      members.append("\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    return Array("{\(members.joined(separator: ","))}".utf8)
  }

  /// A JSON string.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
