/// A JSON value whose members keep their order.
enum JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByArrayLiteral
{
  case null
  case boolean(Bool)
  case integer(Int)
  /// Infinities and NaN, which JSON has no words for, become `null`.
  case number(Double)
  case string(String)
  case array([JSON])
  case object([(String, JSON)])

  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .integer(value) }
  init(dictionaryLiteral members: (String, JSON)...) { self = .object(members) }
  init(arrayLiteral elements: JSON...) { self = .array(elements) }

  static func optional(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
  static func integers(_ values: some Sequence<Int>) -> JSON { .array(values.map(JSON.integer)) }

  /// The text, two spaces a level; arrays of numbers on one line.
  func text(_ indentation: String = "") -> String {
    let inner = indentation + "  "
    switch self {
    case .null: return "null"
    case .boolean(let value): return String(value)
    case .integer(let value): return String(value)
    case .number(let value): return value.isFinite ? "\(value)" : "null"
    case .string(let value): return Self.quoted(value)
    case .array(let elements):
      let isFlat = elements.allSatisfy(\.isNumber)
      let parts = elements.map { $0.text(inner) }
      return isFlat
        ? "[" + parts.joined(separator: ", ") + "]"
        : "[\n\(inner)" + parts.joined(separator: ",\n\(inner)") + "\n\(indentation)]"
    case .object(let members):
      if members.isEmpty { return "{}" }
      let parts = members.map { "\(Self.quoted($0.0)): \($0.1.text(inner))" }
      return "{\n\(inner)" + parts.joined(separator: ",\n\(inner)") + "\n\(indentation)}"
    }
  }

  private var isNumber: Bool {
    switch self {
    case .integer, .number, .null: true
    default: false
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\u{0}"..<" ", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
