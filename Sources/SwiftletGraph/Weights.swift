/// Named arrays in a fixed order, each read when it is asked for, so that a network never holds its weights twice.
public struct Weights: Sendable {
  struct Entry: Sendable {
    let shape: Shape
    let origin: String?
    let load: @Sendable () throws -> NDArray
  }

  /// Where the weights come from, for messages: a path, or a word such as "random weights".
  public let source: String
  public private(set) var names: [String] = []
  /// Arrays under prefixes in it may be missing, all that lie under one at once.
  public var mayLack: [String] = []
  private var entries: [String: Entry] = [:]
  /// What the source calls an array, where that differs from its name here.
  var spellings: [String: String] = [:]
  /// Arrays of the source that have no name here.
  var strangers: [String] = []

  public init(source: String) { self.source = source }

  public init(_ arrays: [(String, NDArray)], source: String = "memory") {
    self.init(source: source)
    for (name, array) in arrays { add(name, array.shape) { array } }
  }

  /// Adds an array, or replaces the one of this name.
  /// - Parameter origin: says where the array comes from: other values have another origin, on this machine and for ever.
  public mutating func add(
    _ name: String, _ shape: Shape, origin: String? = nil, _ load: @escaping @Sendable () throws -> NDArray
  ) {
    let entry = Entry(shape: shape, origin: origin, load: load)
    if entries.updateValue(entry, forKey: name) == nil { names.append(name) }
  }

  public func shape(_ name: String) -> Shape? { entries[name]?.shape }

  /// Where the array `name` comes from, as `add` was told; `nil` where nobody can tell.
  public func origin(_ name: String) -> String? { entries[name]?.origin }

  /// The array `name`.
  /// - Throws: `WeightsError` when there is none or its shape is not `shape`; errors of the file it is read from.
  public func array(_ name: String, _ shape: Shape) throws -> NDArray {
    guard let entry = entries[name] else { throw WeightsError(source: source, missing: [spelling(name)]) }
    guard entry.shape == shape else {
      throw WeightsError(source: source, misshapen: [.init(name: spelling(name), found: entry.shape, expected: shape)])
    }
    return try entry.load()
  }

  /// Checks that these are the parameters of `graph`, no more and no less.
  /// `num_batches_tracked`, which no network reads, may be there. So may arrays under a prefix in `ignoring`, which is asked
  /// for where there are such.
  /// - Throws: one `WeightsError` that lists every name at fault, as the source spells it.
  public func check(against graph: Graph, ignoring prefixes: @autoclosure () throws -> [String] = []) throws {
    var error = WeightsError(source: source)
    var expected: Set<String> = []
    let absent = mayLack.filter { prefix in !names.contains { $0.hasPrefix(prefix) } }
    for parameter in graph.parameters where !absent.contains(where: parameter.name.hasPrefix) {
      expected.insert(parameter.name)
      guard let found = shape(parameter.name) else {
        error.missing.append(spelling(parameter.name))
        continue
      }
      if found != parameter.shape {
        error.misshapen.append(.init(name: spelling(parameter.name), found: found, expected: parameter.shape))
      }
    }
    func isRead(_ name: String) -> Bool { !name.hasSuffix("num_batches_tracked") }
    var unexpected = names.filter { isRead($0) && !expected.contains($0) }
    if !unexpected.isEmpty {
      let prefixes = try prefixes()
      unexpected.removeAll { name in prefixes.contains { name.hasPrefix($0) } }
    }
    error.unexpected = unexpected.map { spelling($0) } + strangers.filter(isRead)
    if !error.isEmpty { throw error }
  }
}

/// Weights that do not fit a network: everything that is wrong, in one error.
public struct WeightsError: Error, Hashable, CustomStringConvertible {
  public struct Misshapen: Hashable, Sendable {
    public var name: String
    public var found: Shape
    public var expected: Shape

    public init(name: String, found: Shape, expected: Shape) {
      (self.name, self.found, self.expected) = (name, found, expected)
    }
  }

  public var source: String
  public var missing: [String] = []
  public var unexpected: [String] = []
  public var misshapen: [Misshapen] = []

  public init(source: String, missing: [String] = [], unexpected: [String] = [], misshapen: [Misshapen] = []) {
    self.source = source
    self.missing = missing
    self.unexpected = unexpected
    self.misshapen = misshapen
  }

  public var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && misshapen.isEmpty }

  public var description: String {
    var lines = ["\(source): the weights do not fit the network"]
    func list(_ title: String, _ items: [String]) {
      guard !items.isEmpty else { return }
      lines.append("  \(items.count) \(title):")
      lines += items.prefix(20).map { "    \($0)" }
      if items.count > 20 { lines.append("    … and \(items.count - 20) more") }
    }
    list("missing", missing)
    list("unexpected", unexpected)
    list("of another shape", misshapen.map { "\($0.name): found \($0.found), expected \($0.expected)" })
    return lines.joined(separator: "\n")
  }
}
