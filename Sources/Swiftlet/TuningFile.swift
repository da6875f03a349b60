public import SwiftletEngine
public import SwiftletFormats

extension Tuning {
  /// What was measured on a machine like this one and kept in `folder`; the values that are good on most machines where nothing was,
  /// or what lies there is damaged or from another version.
  /// - Parameter set: the preferred one where `nil`.
  /// - Throws: `EngineError` when `SWIFTLET_ISA` asks for an instruction set that this machine lacks.
  public static func ofThisMachine(
    _ set: InstructionSet? = nil, in folder: CacheFolder? = .standard
  ) throws(EngineError) -> Tuning {
    let set = if let set { set } else { try InstructionSet.preferred() }
    return folder.flatMap { $0.settings(key(set)) }.flatMap { Tuning(for: set, $0) } ?? Tuning(for: set)
  }

  /// Keeps the values for programs that start later.
  /// - Returns: the file.
  /// - Throws: `unwritable`.
  @discardableResult public func keep(for set: InstructionSet, in folder: CacheFolder) throws(FormatError) -> String {
    let names = zip(Self.keyNames, Self.keyParts(set)).map { ($0, CacheFolder.Setting.text($1)) }
    let numbers = zip(Self.fields, values).map { ($0.name, CacheFolder.Setting.number($1)) }
    return try folder.keep(names + numbers, as: Self.key(set))
  }

  /// Forgets what was measured.
  /// - Returns: whether there was something.
  @discardableResult public static func forget(_ set: InstructionSet, in folder: CacheFolder) -> Bool {
    folder.removeSettings(key(set))
  }

  /// `nil` unless every value is there, within its range, and for this machine.
  private init?(for set: InstructionSet, _ settings: [String: CacheFolder.Setting]) {
    self.init(for: set)
    guard settings.count == Self.keyNames.count + Self.fields.count else { return nil }
    for (name, part) in zip(Self.keyNames, Self.keyParts(set)) where settings[name] != .text(part) { return nil }
    for field in Self.fields {
      guard case .number(let value) = settings[field.name], field.range.contains(value) else { return nil }
      self[keyPath: field.path] = value
    }
  }

  private static let keyNames = ["processor", "instruction_set", "version"]

  /// What measurements are good for.
  private static func keyParts(_ set: InstructionSet) -> [String] {
    [Machine.processorName ?? "unknown", set.rawValue, Release.version]
  }

  private static func key(_ set: InstructionSet) -> String { keyParts(set).joined(separator: "\n") }
}
