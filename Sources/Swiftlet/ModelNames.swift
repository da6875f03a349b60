public import SwiftletZoo

extension Model {
  /// The model of this name, as in `mobilenetv2_100`.
  /// - Throws: `UnknownModelError`, with the names that come closest.
  public static func named(_ name: String) throws(UnknownModelError) -> Model {
    guard let model = allModels.first(where: { $0.name == name }) else { throw UnknownModelError(name) }
    return model
  }

  /// The models whose names contain `pattern`, or match it as a whole where it holds a `*`, which stands for any
  /// characters. Case makes no difference.
  /// - Throws: `UnknownModelError` when there is none.
  public static func matching(_ pattern: String) throws(UnknownModelError) -> [Model] {
    let lowered = Array((pattern.contains("*") ? pattern : "*\(pattern)*").lowercased())
    let models = allModels.filter { isMatch(Array($0.name.lowercased())[...], lowered[...]) }
    if models.isEmpty { throw UnknownModelError(pattern) }
    return models
  }

  /// The family that this model belongs to; `nil` for a model of the user's own.
  public var family: Family? { allFamilies.first { $0.models.contains { $0.name == name } } }

  /// Goes back to the last `*` alone when characters differ: time is the product of both lengths.
  private static func isMatch(_ name: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
    var (i, p) = (name.startIndex, pattern.startIndex)
    var retry: (i: Int, p: Int)?
    while i < name.endIndex {
      if p < pattern.endIndex, pattern[p] == "*" {
        retry = (i, p + 1)
        p += 1
      } else if p < pattern.endIndex, pattern[p] == name[i] {
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

/// A name that no model has, with the names that come closest.
public struct UnknownModelError: Error, Hashable, CustomStringConvertible {
  public var name: String
  /// At most three, the closest first.
  public var suggestions: [String]

  public init(_ name: String) {
    self.name = name
    suggestions = closest(to: name, among: allModels.map(\.name), limit: 3)
  }

  public var description: String {
    let text = "there is no model '\(name)'"
    return suggestions.isEmpty
      ? "\(text); 'swiftlet models' lists all" : "\(text); did you mean \(suggestions.joined(separator: ", "))?"
  }
}
