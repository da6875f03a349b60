import SwiftletGraph

/// The header of a `.npy` file. Its grammar is a Python dictionary with the keys `descr`, `fortran_order` and `shape`,
/// each once, and nothing else of Python.
struct NPYHeader {
  private(set) var type = ElementType.f32
  private(set) var isBigEndian = false
  private(set) var isFortranOrder = false
  private(set) var shape: Shape = []
  private var cursor: ByteCursor

  init(_ cursor: ByteCursor) throws(FormatError) {
    self.cursor = cursor
    try readDictionary()
  }

  /// The strides in elements. `count` is the number of elements, known to fit an `Int`.
  func strides(_ count: Int) -> [Int] {
    if count == 0 || !isFortranOrder { return shape.rowMajorStrides }
    return Shape(shape.reversed()).rowMajorStrides.reversed()
  }

  private mutating func readDictionary() throws(FormatError) {
    var missing: Set = ["descr", "fortran_order", "shape"]
    try expect("{")
    while !accept("}") {
      let key = try string()
      guard missing.remove(key) != nil else {
        throw cursor.error(.malformed, "the key '\(key)'", "descr, fortran_order and shape, each once")
      }
      try expect(":")
      switch key {
      case "descr": try readDescription()
      case "fortran_order": isFortranOrder = try boolean()
      default: shape = Shape(try tuple())
      }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard missing.isEmpty, cursor.next == nil else {
      throw cursor.error(.malformed, "a header that does not end here", "descr, fortran_order and shape, each once")
    }
  }

  private mutating func readDescription() throws(FormatError) {
    let text = try string()
    if text.dropFirst().hasPrefix("O") {
      throw cursor.error(
        .forbidden, "an array of Python objects ('\(text)')", "numbers",
        "Reading objects would run code from the file. Save the array as numbers.")
    }
    let types: [String: ElementType] = [
      "b1": .bool, "u1": .u8, "i1": .i8, "u2": .u16, "i2": .i16, "f2": .f16, "u4": .u32, "i4": .i32, "f4": .f32,
      "u8": .u64, "i8": .i64, "f8": .f64,
    ]
    guard let order = text.first, let type = types[String(text.dropFirst())], "<>".contains(order) || type.size == 1,
      "<>|".contains(order)
    else { throw cursor.error(.unsupported, "the element type '\(text)'", "<f4 or another type of numbers") }
    self.type = type
    isBigEndian = order == ">"
  }

  private mutating func tuple() throws(FormatError) -> [Int] {
    var items: [Int] = []
    try expect("(")
    while !accept(")") {
      guard items.count < StoredArray.rankLimit else {
        throw cursor.error(.limitExceeded, "more dimensions", "at most \(StoredArray.rankLimit)")
      }
      items.append(try natural())
      if accept(",") { continue }
      // (3) is a number in Python; a tuple of one has a comma.
      guard items.count > 1 else { throw cursor.error(.malformed, "no comma", "a tuple such as (3,)") }
      try expect(")")
      break
    }
    return items
  }

  private mutating func natural() throws(FormatError) -> Int {
    skipSpace()
    let start = cursor.offset
    var value = 0
    while let byte = cursor.next, (0x30...0x39).contains(byte) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(byte) - 0x30)
      if overflow || carry { throw cursor.error(.limitExceeded, "a dimension over 2^63", "a smaller one") }
      value = sum
      cursor.advance()
    }
    if cursor.offset == start { throw cursor.error(.malformed, "no digit", "a dimension of 0 or more") }
    return value
  }

  private mutating func boolean() throws(FormatError) -> Bool {
    skipSpace()
    let value = cursor.next == UInt8(ascii: "T")
    for byte in (value ? "True" : "False").utf8 {
      guard cursor.next == byte else { throw cursor.error(.malformed, "another word", "True or False") }
      cursor.advance()
    }
    return value
  }

  /// A string without escapes.
  private mutating func string() throws(FormatError) -> String {
    skipSpace()
    guard let quote = cursor.next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw cursor.error(.malformed, "something else", "a string")
    }
    cursor.advance()
    var bytes: [UInt8] = []
    while true {
      let byte = try cursor.read(UInt8.self)
      if byte == quote { break }
      bytes.append(byte)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw cursor.error(.malformed, "a string that is not UTF-8", "text in UTF-8")
    }
    return text
  }

  private mutating func skipSpace() {
    while cursor.next == UInt8(ascii: " ") || cursor.next == UInt8(ascii: "\n") { cursor.advance() }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard cursor.next == UInt8(ascii: character) else { return false }
    cursor.advance()
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(FormatError) {
    if !accept(character) { throw cursor.error(.malformed, "something else", "the character \(character)") }
  }
}
