/// Numbers as people read them.
enum Format {
  /// So many digits behind the point.
  static func decimal(_ value: Double, _ digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { product, _ in product * 10 }
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 1e15 else { return "\(value)" }
    let text = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return sign + padded.dropLast(digits) + (digits > 0 ? "." + padded.suffix(digits) : "")
  }

  /// About three digits, whatever the size: 0.0412, 3.27, 41.6, 1043.
  static func significant(_ value: Double) -> String {
    switch abs(value) {
    case ..<0.1: decimal(value, 4)
    case ..<1: decimal(value, 3)
    case ..<10: decimal(value, 2)
    case ..<100: decimal(value, 1)
    default: decimal(value, 0)
    }
  }

  /// Millions: 3.50 M.
  static func millions(_ count: Int) -> String { significant(Double(count) / 1e6) + " M" }

  static func milliseconds(_ seconds: Double) -> String { significant(seconds * 1e3) + " ms" }

  static func mebibytes(_ bytes: Int) -> String { significant(Double(bytes) / 1_048_576) + " MiB" }

  /// Bytes in the unit that leaves up to four digits before the point: 640 B, 41.6 KiB, 1.15 MiB.
  static func bytes(_ count: Int) -> String {
    if count < 1024 { return "\(count) B" }
    let (kibi, mebi) = (Double(count) / 1024, Double(count) / 1_048_576)
    return mebi < 1 ? significant(kibi) + " KiB" : significant(mebi) + " MiB"
  }

  /// Digits in threes: 3 504 872.
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.indices.reduce("") { text, i in
      text + (i > 0 && (digits.count - i) % 3 == 0 ? " " : "") + String(digits[i])
    }
  }

  static func extents(_ shape: some Sequence<Int>) -> String { shape.map(String.init).joined(separator: "×") }

  static func percent(_ share: Double) -> String { decimal(share * 100, 1) + " %" }

  /// `text` in lines of at most `width` characters, broken between words; `indent` spaces come before all but the first.
  static func wrapped(_ text: String, width: Int?, indent: Int) -> String {
    guard let width, width > indent + 20 else { return text }
    var lines = [""]
    for word in text.split(separator: " ") {
      let room = width - indent
      if lines[lines.count - 1].isEmpty {
        lines[lines.count - 1] = String(word)
      } else if lines[lines.count - 1].count + 1 + word.count <= room {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
  }
}
