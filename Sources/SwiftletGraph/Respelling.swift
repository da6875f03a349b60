extension Weights {
  /// Where an array is found in weights that name it otherwise.
  public struct Spelling: Sendable {
    public var name: String
    /// The arrays that it is made of, along the first dimension; mostly one.
    public var sources: [String]
    /// What the network expects. The source may add extents of 1, leave them out, or write those behind the first in
    /// another way, such as `[n, 512, 7, 7]` as `[n, 25088]`.
    public var shape: Shape

    public init(name: String, sources: [String], shape: Shape) {
      (self.name, self.sources, self.shape) = (name, sources, shape)
    }
  }

  /// These weights under other names. Errors go on speaking in the names of the source; arrays that no spelling uses stay
  /// to be told of.
  public func respelled(_ spellings: [Spelling]) -> Weights {
    var weights = Weights(source: source)
    var used: Set<String> = []
    for spelling in spellings {
      weights.spellings[spelling.name] = spelling.sources.joined(separator: " + ")
      let sources = spelling.sources.filter { shape($0) != nil }
      used.formUnion(sources)
      let shapes = sources.compactMap(shape)
      guard sources.count == spelling.sources.count, let joined = Self.joined(shapes) else { continue }
      let extents = Self.refolded(joined, as: spelling.shape)
      let origins = sources.compactMap(origin)
      let origin = origins.count == sources.count ? origins.joined(separator: " + ") : nil
      weights.add(spelling.name, extents, origin: origin) {
        NDArray(extents, try zip(sources, shapes).flatMap { try array($0, $1).scalars })
      }
    }
    weights.strangers = strangers + names.filter { !used.contains($0) }.map { self.spelling($0) }
    return weights
  }

  /// What the source calls the array `name`.
  func spelling(_ name: String) -> String { spellings[name] ?? name }

  /// The shape of arrays put one after the other along the first dimension; `nil` where they do not fit.
  private static func joined(_ shapes: [Shape]) -> Shape? {
    guard var whole = shapes.first else { return nil }
    for shape in shapes.dropFirst() {
      guard whole.rank > 0, shape.rank == whole.rank, shape.dropFirst().elementsEqual(whole.dropFirst()) else {
        return nil
      }
      whole[0] += shape[0]
    }
    return whole
  }

  /// `found` with the extents that `expected` has, where both differ in extents of 1 only; or with those behind the first,
  /// where these are as many elements.
  private static func refolded(_ found: Shape, as expected: Shape) -> Shape {
    guard found.rank > 0, expected.rank > 0, found.isValid, expected.isValid else { return found }
    if found.filter({ $0 > 1 }) == expected.filter({ $0 > 1 }) { return expected }
    let inner = expected.dropFirst()
    return found.dropFirst().reduce(1, *) == inner.reduce(1, *) ? Shape([found[0]] + inner) : found
  }
}
