public import SwiftletZoo

extension Model {
  /// The model of this name, as in `mobilenetv2_100`.
  /// - Throws: `UnknownModelError`, with the names that come closest.
  public static func named(_ name: String) throws(UnknownModelError) -> Model {
    for family in families {
      if let model = family().models.first(where: { $0.name == name }) { return model }
    }
    throw UnknownModelError(name)
  }

  /// The models whose names contain `pattern`, or match it as a whole where it holds a `*`, which stands for any
  /// characters. Case makes no difference.
  /// - Throws: `UnknownModelError` when there is none.
  public static func matching(_ pattern: String) throws(UnknownModelError) -> [Model] {
    let matcher = NamePattern(pattern)
    let models = allModels.filter { matcher.matches($0.name) }
    if models.isEmpty { throw UnknownModelError(pattern) }
    return models
  }

  /// The family that this model belongs to; `nil` for a model of the user's own.
  public var family: Family? { allFamilies.first { $0.models.contains { $0.name == name } } }
}

extension Family {
  /// The families whose names contain `pattern`, or match it, as `Model.matching` has it.
  /// - Throws: `UnknownFamilyError` when there is none.
  public static func matching(_ pattern: String) throws(UnknownFamilyError) -> [Family] {
    let matcher = NamePattern(pattern)
    let families = allFamilies.filter { matcher.matches($0.name) }
    if families.isEmpty { throw UnknownFamilyError(pattern) }
    return families
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

/// A name that no family has, with the names that come closest.
public struct UnknownFamilyError: Error, Hashable, CustomStringConvertible {
  public var name: String
  /// At most three, the closest first.
  public var suggestions: [String]

  public init(_ name: String) {
    self.name = name
    suggestions = closest(to: name, among: allFamilies.map(\.name), limit: 3)
  }

  public var description: String {
    let text = "there is no family '\(name)'"
    return suggestions.isEmpty
      ? "\(text); 'swiftlet models' lists all" : "\(text); did you mean \(suggestions.joined(separator: ", "))?"
  }
}
