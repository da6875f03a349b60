/// Why a photo cannot become an input: what was asked for and what was expected.
public struct PreprocessingError: Error, Hashable, Sendable, CustomStringConvertible {
  public var found: String
  public var expected: String

  public init(_ found: String, expected: String) {
    self.found = found
    self.expected = expected
  }

  public var description: String { "\(found); expected \(expected)" }
}
