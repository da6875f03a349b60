public import SwiftletGraph

/// NumPy's format of one array: a magic string, a version, a header that is a Python dictionary of three keys, the
/// elements.
///
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
public enum NPY {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  static let headerLimit = 10_000

  /// The array in a file of version 1.0, 2.0 or 3.0, in C or Fortran order, of either byte order.
  /// Elements of all types of up to 64 bits become 32-bit floats.
  /// - Throws: `FormatError`; `forbidden` for arrays of Python objects, which would run code.
  public static func read(_ path: String) throws(FormatError) -> NDArray {
    try open(try MappedFile(path)).load()
  }

  static func open(_ file: MappedFile) throws(FormatError) -> StoredArray {
    var cursor = try ByteCursor(file, 0..<file.count, "header")
    guard try cursor.take(magic.count).elementsEqual(magic) else {
      throw cursor.error(.malformed, "another magic string", "\\x93NUMPY")
    }
    let (major, minor) = (try cursor.read(UInt8.self), try cursor.read(UInt8.self))
    guard (1...3).contains(major), minor == 0 else {
      throw cursor.error(.unsupported, "version \(major).\(minor)", "1.0, 2.0 or 3.0")
    }
    let length = major == 1 ? Int(try cursor.read(UInt16.self)) : Int(try cursor.read(UInt32.self))
    guard length <= headerLimit else {
      throw cursor.error(.limitExceeded, "a header of \(length) bytes", "at most \(headerLimit)")
    }
    let header = try NPYHeader(try ByteCursor(file, try cursor.skip(length), "header"))
    let array = try StoredArray(
      file, name: "array", type: header.type, isBigEndian: header.isBigEndian, shape: header.shape,
      strides: header.strides(try StoredArray.count(header.shape, file.path, "header")),
      storage: cursor.offset..<file.count)
    let expected = header.shape.elementCount * header.type.size
    guard cursor.remaining == expected else {
      throw cursor.error(.malformed, "\(cursor.remaining) bytes of elements", "\(expected) for shape \(header.shape)")
    }
    return array
  }

  /// Writes version 1.0, 32-bit little-endian floats, C order.
  /// The file at `path` is replaced as a whole or not at all.
  /// - Throws: `unwritable` and `notRegularFile` of `AtomicFile`.
  public static func write(_ array: NDArray, to path: String) throws(FormatError) {
    let shape = array.shape.map { "\($0)," }.joined(separator: " ")
    var header = Array("{'descr': '<f4', 'fortran_order': False, 'shape': (\(shape)), }".utf8)
    let prefix = magic.count + 4
    header += [UInt8](repeating: UInt8(ascii: " "), count: -(prefix + header.count + 1) & 63)
    header.append(UInt8(ascii: "\n"))
    guard header.count <= headerLimit else {
      throw FormatError(
        .limitExceeded, path: path, place: "header", found: "\(header.count) bytes", expected: "at most \(headerLimit)")
    }
    let start = magic + [1, 0, UInt8(header.count & 255), UInt8(header.count >> 8)]
    try AtomicFile.write(to: path) { file throws(FormatError) in
      try file.write(start + header)
      try file.write(floats: array.scalars)
    }
  }
}
