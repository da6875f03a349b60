extension CacheFolder {
  /// One member of a small JSON object.
  public enum Setting: Hashable, Sendable {
    case text(String)
    case number(Int)
  }

  private static let settingsLimit = 64 << 10

  /// What was kept under `name`; `nil` where that is not there, or anything but an object of texts and whole numbers.
  public func settings(_ name: String) -> [String: Setting]? {
    guard let path = settingsFile(name), let file = try? MappedFile(path), file.count <= Self.settingsLimit else {
      return nil
    }
    return try? Self.read(file)
  }

  /// Keeps `settings` under `name`, as a whole or not at all.
  /// - Returns: the file.
  /// - Throws: `unwritable` where the folder or the file cannot be written.
  @discardableResult
  public func keep(_ settings: [(String, Setting)], as name: String) throws(FormatError) -> String {
    guard let path = settingsFile(name) else {
      throw FormatError(.unwritable, path: path, found: "not the name of a folder")
    }
    let members = settings.map { key, value in
      switch value {
      case .text(let text): "  \(Self.quoted(key)): \(Self.quoted(text))"
      case .number(let number): "  \(Self.quoted(key)): \(number)"
      }
    }
    Platform.makeDirectories(self.path)
    let text = "{\n\(members.joined(separator: ",\n"))\n}\n"
    try AtomicFile.write(to: path) { file throws(FormatError) in try file.write(Array(text.utf8)) }
    return path
  }

  /// Forgets what was kept under `name`.
  /// - Returns: whether there was something.
  @discardableResult public func removeSettings(_ name: String) -> Bool {
    guard let path = settingsFile(name), Platform.status(path)?.isRegular == true else { return false }
    Platform.remove(path)
    return true
  }

  /// Where `settings` lie that are kept under `name`; `nil` where the folder has no name that can be.
  public func settingsFile(_ name: String) -> String? {
    if path.isEmpty || path.utf8.contains(0) { return nil }
    let sum = Array(name.utf8).withUnsafeBytes { checksum($0) }
    return "\(path)/\(String(sum, radix: 16)).json"
  }

  private static func read(_ file: MappedFile) throws(FormatError) -> [String: Setting] {
    var json = StrictJSON(try ByteCursor(file, 0..<file.count, "settings"))
    var found: [String: Setting] = [:]
    try json.beginObject()
    while let key = try json.key() {
      found[key] = json.isAtString ? .text(try json.string()) : .number(try json.integer())
    }
    try json.finish()
    return found
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\u{0}"..<" ": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return "\"\(escaped)\""
  }
}
