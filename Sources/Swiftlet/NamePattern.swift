/// A pattern for names: what they contain, or, where it holds a `*`, which stands for any characters, what they are as a
/// whole. Case makes no difference.
struct NamePattern {
  private let pattern: [Character]

  init(_ text: String) { pattern = Array((text.contains("*") ? text : "*\(text)*").lowercased()) }

  /// Goes back to the last `*` alone when characters differ: time is the product of both lengths.
  func matches(_ text: String) -> Bool {
    let name = Array(text.lowercased())
    var (i, p) = (0, 0)
    var retry: (i: Int, p: Int)?
    while i < name.count {
      if p < pattern.count, pattern[p] == "*" {
        retry = (i, p + 1)
        p += 1
      } else if p < pattern.count, pattern[p] == name[i] {
        (i, p) = (i + 1, p + 1)
      } else if let last = retry {
        retry = (last.i + 1, last.p)
        (i, p) = (last.i + 1, last.p)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }
}
