/// A reader of JSON (RFC 8259) that gives one thing after the other and builds no tree.
///
/// Strict: a key that comes twice in an object, a depth over 64, text that is not UTF-8 and anything after the value
/// are errors. Memory and time are bounded by limits on the number of values and on the length of all text. An object is read by `beginObject`, then `key` until it is `nil`; an array by `beginArray`, then
/// `element` while it is true; between, one value for each.
struct StrictJSON {
  static let depthLimit = 64
  /// The most members and elements in all.
  static let valueLimit = 400_000
  static let digitLimit = 1000
  /// The most bytes of all strings together.
  static let textLimit = 8 << 20

  private struct Level {
    var isFirst = true
    var keys: Set<String> = []
  }

  private(set) var cursor: ByteCursor
  private var levels: [Level] = []
  private var valueCount = 0
  private var textCount = 0

  init(_ cursor: ByteCursor) { self.cursor = cursor }

  mutating func beginObject() throws(FormatError) { try begin("{", "an object") }
  mutating func beginArray() throws(FormatError) { try begin("[", "an array") }

  /// The key of the next member; `nil` at the end of the object.
  mutating func key() throws(FormatError) -> String? {
    guard try advance("}") else { return nil }
    let key = try string()
    guard levels[levels.count - 1].keys.insert(key).inserted else {
      throw error(.duplicateName, "the key \"\(key)\" comes twice in an object", "distinct keys")
    }
    try expect(":", "a colon")
    return key
  }

  /// Whether the array has a further element.
  mutating func element() throws(FormatError) -> Bool { try advance("]") }

  mutating func string() throws(FormatError) -> String {
    try expect("\"", "a string")
    var text: [UInt8] = []
    while true {
      let run = cursor.take(atMost: Self.textLimit) {
        $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }
      textCount += run.count + 1
      if textCount > Self.textLimit {
        throw error(.limitExceeded, "more text", "strings of at most \(Self.textLimit) bytes in all")
      }
      switch try cursor.read(UInt8.self) {
      case UInt8(ascii: "\""):
        let string =
          text.isEmpty ? String(validating: run, as: UTF8.self) : String(validating: text + run, as: UTF8.self)
        guard let string else {
          throw error(.malformed, "a string that is not UTF-8", "text in UTF-8")
        }
        return string
      case UInt8(ascii: "\\"):
        text += run
        try appendEscape(&text)
      default: throw error(.malformed, "a control character in a string", "an escape such as \\n")
      }
    }
  }

  /// A whole number without fraction and exponent.
  mutating func integer() throws(FormatError) -> Int {
    let text = try number()
    guard let value = Int(text) else { throw error(.malformed, "the number \(text.prefix(40))", "a 64-bit integer") }
    return value
  }

  /// Whether the next value is a string.
  var isAtString: Bool {
    mutating get {
      skipSpace()
      return cursor.next == UInt8(ascii: "\"")
    }
  }

  /// Steps over a value of any kind.
  mutating func skip() throws(FormatError) {
    skipSpace()
    switch cursor.next {
    case UInt8(ascii: "{"):
      try beginObject()
      while try key() != nil { try skip() }
    case UInt8(ascii: "["):
      try beginArray()
      while try element() { try skip() }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: _ = try number()
    }
  }

  /// Checks that nothing but white space is left.
  mutating func finish() throws(FormatError) {
    skipSpace()
    if cursor.next != nil { throw error(.malformed, found, "the end of the text") }
  }

  /// An error at the present position.
  func error(_ code: FormatError.Code, _ found: String, _ expected: String) -> FormatError {
    cursor.error(code, found, expected)
  }
}

extension StrictJSON {
  /// The next character, for messages.
  private var found: String {
    guard let byte = cursor.next else { return "the end of the text" }
    return (0x20..<0x7f).contains(byte) ? "the character \(Character(Unicode.Scalar(byte)))" : "the byte \(byte)"
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 }

  private mutating func skipSpace() {
    while !cursor.take(atMost: MappedFile.window, while: Self.isSpace).isEmpty { cursor.release() }
  }

  private mutating func expect(_ character: Unicode.Scalar, _ what: String) throws(FormatError) {
    skipSpace()
    guard cursor.next == UInt8(ascii: character) else { throw error(.malformed, found, what) }
    cursor.advance()
  }

  private mutating func begin(_ bracket: Unicode.Scalar, _ what: String) throws(FormatError) {
    try expect(bracket, what)
    levels.append(Level())
    if levels.count > Self.depthLimit {
      throw error(.limitExceeded, "deeper nesting", "a depth of at most \(Self.depthLimit)")
    }
  }

  /// Steps over the comma before a further item, or over the bracket that ends the items.
  private mutating func advance(_ bracket: Unicode.Scalar) throws(FormatError) -> Bool {
    skipSpace()
    if cursor.next == UInt8(ascii: bracket) {
      cursor.advance()
      levels.removeLast()
      return false
    }
    if !levels[levels.count - 1].isFirst { try expect(",", "a comma or \(bracket)") }
    levels[levels.count - 1].isFirst = false
    valueCount += 1
    if valueCount > Self.valueLimit {
      throw error(.limitExceeded, "more values", "at most \(Self.valueLimit) members and elements")
    }
    cursor.release()
    return true
  }

  private mutating func word(_ word: String) throws(FormatError) {
    for byte in word.utf8 {
      guard cursor.next == byte else { throw error(.malformed, found, "the word \(word)") }
      cursor.advance()
    }
  }

  private mutating func digits() throws(FormatError) {
    let run = cursor.take(atMost: Self.digitLimit) { (0x30...0x39).contains($0) }
    if run.isEmpty { throw error(.malformed, found, "a digit") }
    if run.count == Self.digitLimit { throw error(.limitExceeded, "a longer number", "fewer than \(run.count) digits") }
  }

  /// Steps over one of these characters, if it comes next.
  private mutating func skip(_ character: Unicode.Scalar, or other: Unicode.Scalar? = nil) -> Bool {
    guard let byte = cursor.next.map({ Unicode.Scalar($0) }), byte == character || byte == other else { return false }
    cursor.advance()
    return true
  }

  private mutating func number() throws(FormatError) -> String {
    skipSpace()
    let start = cursor.offset
    _ = skip("-")
    if !skip("0") { try digits() }
    if skip(".") { try digits() }
    if skip("e", or: "E") {
      _ = skip("+", or: "-")
      try digits()
    }
    return String(decoding: cursor.taken(from: start), as: UTF8.self)
  }

  private mutating func appendEscape(_ text: inout [UInt8]) throws(FormatError) {
    let byte = try cursor.read(UInt8.self)
    switch Unicode.Scalar(byte) {
    case "\"", "\\", "/": text.append(byte)
    case "b": text.append(0x08)
    case "f": text.append(0x0c)
    case "n": text.append(0x0a)
    case "r": text.append(0x0d)
    case "t": text.append(0x09)
    case "u": text += Array(String(try unicodeEscape()).utf8)
    default: throw error(.malformed, "an unknown escape", "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")
    }
  }

  /// The character of `XXXX` or, above U+FFFF, of the pair `XXXX\uXXXX`.
  private mutating func unicodeEscape() throws(FormatError) -> Character {
    var code = try hexadecimal()
    if (0xd800..<0xdc00).contains(code), cursor.next == UInt8(ascii: "\\") {
      cursor.advance()
      try word("u")
      let low = try hexadecimal()
      guard (0xdc00..<0xe000).contains(low) else { throw error(.malformed, "half of a surrogate pair", "both") }
      code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw error(.malformed, "half of a surrogate pair", "both") }
    return Character(scalar)
  }

  private mutating func hexadecimal() throws(FormatError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(try cursor.read(UInt8.self))).hexDigitValue else {
        throw error(.malformed, "an escape that is not hexadecimal", "four digits after \\u")
      }
      value = value << 4 + UInt32(digit)
    }
    return value
  }
}
