/// Other names for the parameters of a network: how a second reference, or the authors' code, spells the definition's.
///
/// Rules lead from the definition's names to the others, the first that fits counts; a name that none fits stays. A rule
/// replaces whole components at the start of a name, in each of which one `*` stands for any text:
///
/// ```swift
/// static let torchvision = Dialect("torchvision", [
///   "conv_stem": "features.#.0", "bn1": "features.=.1",
///   "blocks.*.*": .into("features.#", ["conv_*": "block.#.0", "bn*": "block.=.1"]),
///   "classifier": "classifier.1",
/// ])
/// ```
///
/// In the replacement `*` is what the next `*` stood for, `#` the next number that is free behind the text before it, in the
/// order of the network's parameters, as `torch.nn.Sequential` counts (`#8`: from 8 on), and `=` the last number given there.
public struct Dialect: Sendable {
  /// What becomes of components that fit a pattern.
  public struct Rule: Sendable, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral {
    var names: [String]
    var inner: [Line] = []

    public init(stringLiteral name: String) { names = [name] }
    /// The array is in several pieces in such files: their rows, one piece after the other.
    public init(arrayLiteral names: String...) { self.names = names }
    /// Rules of its own for what follows, in place of keeping it.
    public static func into(_ name: String, _ inner: KeyValuePairs<String, Rule>) -> Rule {
      var rule = Rule(stringLiteral: name)
      rule.inner = Line.list(inner)
      return rule
    }
  }

  /// A rule and the components that it is for.
  struct Line: Sendable {
    let pattern: [Substring]
    let rule: Rule

    static func list(_ rules: KeyValuePairs<String, Rule>) -> [Line] {
      rules.map { Line(pattern: $0.key.split(separator: "."), rule: $0.value) }
    }
  }

  /// Whose names these are, as in "torchvision".
  public var name: String
  /// Made when first asked for: most networks are never read under other names.
  var rules: @Sendable () -> KeyValuePairs<String, Rule>

  public init(_ name: String, _ rules: @autoclosure @escaping @Sendable () -> KeyValuePairs<String, Rule>) {
    (self.name, self.rules) = (name, rules)
  }

  /// What each of `parameters`, given in the network's order, is called; several names for one that comes in pieces.
  package func names(of parameters: [String]) -> [[String]] {
    let lines = Line.list(rules())
    var translation = Translation()
    return parameters.map { translation.names($0.split(separator: ".")[...], lines, ours: "", theirs: "") }
  }
}

/// The numbers that have been given so far, and to what.
private struct Translation {
  private var numbers: [String: Int] = [:]
  private var known: [String: [String]] = [:]

  /// - Parameters:
  ///   - components: what is left of a name behind `ours`, which has become `theirs`.
  mutating func names(
    _ components: ArraySlice<Substring>, _ rules: [Dialect.Line], ours: String, theirs: String
  ) -> [String] {
    for line in rules {
      guard let captures = Self.captures(components, line.pattern) else { continue }
      let (rule, count) = (line.rule, line.pattern.count)
      let scope = Self.joined([ours] + components.prefix(count).map(String.init))
      let found = known[scope] ?? rule.names.map { Self.joined([theirs, filled($0, captures, under: theirs)]) }
      known[scope] = found
      let rest = components.dropFirst(count)
      if !rule.inner.isEmpty { return names(rest, rule.inner, ours: scope, theirs: found[0]) }
      return found.map { Self.joined([$0] + rest.map(String.init)) }
    }
    return [Self.joined([theirs] + components.map(String.init))]
  }

  /// The replacement with its signs replaced.
  private mutating func filled(_ template: String, _ captures: [Substring], under theirs: String) -> String {
    var (text, captures, rest) = ("", captures[...], template[...])
    while let sign = rest.popFirst() {
      switch sign {
      case "*": text += captures.popFirst() ?? ""
      case "=": text += String(numbers[Self.joined([theirs, text])] ?? 0)
      case "#":
        let digits = rest.prefix { $0.isNumber }
        rest = rest.dropFirst(digits.count)
        let place = Self.joined([theirs, text])
        let number = max(Int(digits) ?? 0, numbers[place].map { $0 + 1 } ?? 0)
        numbers[place] = number
        text += String(number)
      default: text.append(sign)
      }
    }
    return text
  }

  /// What the stars of a pattern stand for; `nil` where it does not fit.
  private static func captures(_ components: ArraySlice<Substring>, _ pattern: [Substring]) -> [Substring]? {
    guard pattern.count <= components.count else { return nil }
    var captures: [Substring] = []
    for (part, component) in zip(pattern, components) {
      guard let star = part.firstIndex(of: "*") else {
        if part == component { continue }
        return nil
      }
      let (start, end) = (part[..<star], part[part.index(after: star)...])
      guard component.count >= start.count + end.count, component.hasPrefix(start), component.hasSuffix(end) else {
        return nil
      }
      captures.append(component.dropFirst(start.count).dropLast(end.count))
    }
    return captures
  }

  private static func joined(_ parts: [String]) -> String { parts.filter { !$0.isEmpty }.joined(separator: ".") }
}
