public import SwiftletGraph

/// The format of Hugging Face for named arrays: the length of a JSON header in 8 bytes, the header, the elements.
///
/// Source: https://huggingface.co/docs/safetensors, section "Format".
public enum SafeTensors {
  static let headerLimit = 100_000_000
  static let metadataKey = "__metadata__"

  /// The arrays in the order in which they lie in the file, each read when it is asked for, and the metadata.
  ///
  /// All element types of up to 64 bits become 32-bit floats; fields that are unknown are stepped over.
  /// - Throws: `FormatError` when the file cannot be read or its header is at fault: every array is checked here.
  public static func read(_ path: String) throws(FormatError) -> (weights: Weights, metadata: [String: String]) {
    let contents = try open(try MappedFile(path))
    return (contents.weights, contents.metadata)
  }

  static func open(_ file: MappedFile) throws(FormatError) -> ArrayFile {
    var start = try ByteCursor(file, 0..<file.count, "header length")
    let length = try start.readSize()
    guard length <= headerLimit else {
      throw start.error(.limitExceeded, "a header of \(length) bytes", "at most \(headerLimit)")
    }
    let headerBytes = try start.skip(length)
    let cursor = try ByteCursor(file, headerBytes, "header")
    guard cursor.next == UInt8(ascii: "{") else { throw cursor.error(.malformed, "no JSON object", "{") }
    var json = StrictJSON(cursor)
    var header = Header()
    try header.read(&json)
    file.release(headerBytes)
    let arrays = try header.arrays(file, from: headerBytes.upperBound)
    return ArrayFile(path: file.path, arrays: arrays, metadata: header.metadata)
  }

  private struct Entry {
    var name: String
    var type: ElementType
    var shape: Shape
    /// Offsets from the end of the header.
    var begin: Int
    var end: Int
  }

  private struct Header {
    var entries: [Entry] = []
    var metadata: [String: String] = [:]

    mutating func read(_ json: inout StrictJSON) throws(FormatError) {
      try json.beginObject()
      while let name = try json.key() {
        if name == metadataKey {
          try json.beginObject()
          while let key = try json.key() { metadata[key] = try json.string() }
        } else {
          entries.append(try SafeTensors.entry(name, &json))
        }
      }
      try json.finish()
    }

    /// Checks that the entries follow each other without gaps and fill the file.
    mutating func arrays(_ file: MappedFile, from start: Int) throws(FormatError) -> [StoredArray] {
      entries.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
      var position = 0
      var arrays: [StoredArray] = []
      for entry in entries {
        guard entry.begin == position else {
          throw FormatError(
            .outOfBounds, path: file.path, place: entry.name, found: "data from offset \(entry.begin)",
            expected: "data from \(position), where the array before it ends")
        }
        arrays.append(try SafeTensors.array(entry, file, start))
        position = entry.end
      }
      guard position == file.count - start else {
        throw FormatError(
          .outOfBounds, path: file.path, place: "data", found: "\(file.count - start) bytes",
          expected: "the \(position) bytes of the arrays", advice: "The file may be cut short or damaged.")
      }
      return arrays
    }
  }

  private static func array(_ entry: Entry, _ file: MappedFile, _ start: Int) throws(FormatError) -> StoredArray {
    let count = try StoredArray.count(entry.shape, file.path, entry.name)
    guard entry.end <= file.count - start else {
      throw FormatError(
        .truncated, path: file.path, place: entry.name, found: "\(file.count - start) bytes of data",
        expected: "\(entry.end)", advice: "Fetch the file again: it is cut short.")
    }
    guard entry.end - entry.begin == count * entry.type.size else {
      throw FormatError(
        .malformed, path: file.path, place: entry.name, found: "\(entry.end - entry.begin) bytes",
        expected: "\(count * entry.type.size) for \(entry.type.rawValue) of shape \(entry.shape)")
    }
    return try StoredArray(
      file, name: entry.name, type: entry.type, shape: entry.shape,
      storage: start + entry.begin..<start + entry.end)
  }

  private static func entry(_ name: String, _ json: inout StrictJSON) throws(FormatError) -> Entry {
    var type: ElementType?
    var shape: [Int]?
    var offsets: [Int]?
    try json.beginObject()
    while let key = try json.key() {
      switch key {
      case "dtype": type = try elementType(&json)
      case "shape": shape = try naturals(&json, limit: StoredArray.rankLimit)
      case "data_offsets": offsets = try naturals(&json, limit: 2)
      default: try json.skip()
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
      throw json.error(.malformed, "the entry \"\(name)\"", "dtype, shape, and two rising data_offsets")
    }
    return Entry(name: name, type: type, shape: Shape(shape), begin: offsets[0], end: offsets[1])
  }

  private static func elementType(_ json: inout StrictJSON) throws(FormatError) -> ElementType {
    let name = try json.string()
    guard let type = ElementType(rawValue: name) else {
      let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw json.error(.unsupported, "the element type \"\(name)\"", "one of \(known)")
    }
    return type
  }

  private static func naturals(_ json: inout StrictJSON, limit: Int) throws(FormatError) -> [Int] {
    var values: [Int] = []
    try json.beginArray()
    while try json.element() {
      let value = try json.integer()
      if value < 0 { throw json.error(.malformed, "the number \(value)", "none below 0") }
      if values.count == limit { throw json.error(.limitExceeded, "a longer list", "at most \(limit) numbers") }
      values.append(value)
    }
    return values
  }
}
