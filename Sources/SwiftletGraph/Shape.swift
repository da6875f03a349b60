/// The extents of an array, outermost first. Feature maps are `[batch, channels, height, width]`.
public struct Shape: Hashable, Codable, Sendable {
  public var dimensions: [Int]

  public init(_ dimensions: [Int]) { self.dimensions = dimensions }

  /// How many dimensions there are.
  public var rank: Int { dimensions.count }

  /// The product of all dimensions; 1 for a scalar. `nil` when it does not fit an `Int` or a dimension is negative.
  public var checkedElementCount: Int? {
    var product = 1
    for dimension in dimensions {
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      if overflow || dimension < 0 { return nil }
      product = next
    }
    return product
  }

  /// The most elements an array may have, 8 GiB of floats. Products of two such numbers fit an `Int`.
  public static let limit = Int(Int32.max)

  /// Whether an array may have this shape: no dimension below 1, no more than `limit` elements.
  public var isValid: Bool {
    guard let count = checkedElementCount else { return false }
    return (1...Shape.limit).contains(count)
  }

  /// A valid shape that stands in for this one: each dimension from the outermost on is cut to the room that is left.
  var clamped: Shape {
    var room = Shape.limit
    return Shape(
      dimensions.map { dimension in
        let cut = Swift.min(Swift.max(dimension, 1), room)
        room /= cut
        return cut
      })
  }

  /// The product of all dimensions; 1 for a scalar. Shapes of graphs and arrays are checked when these are made.
  public var elementCount: Int { dimensions.reduce(1, *) }

  /// How far apart neighbours along each dimension of a row-major array lie.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for i in stride(from: rank - 2, through: 0, by: -1) { strides[i] = strides[i + 1] * dimensions[i + 1] }
    return strides
  }
}

extension Shape: RandomAccessCollection, MutableCollection, ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Int...) { dimensions = elements }
  public var startIndex: Int { 0 }
  public var endIndex: Int { dimensions.count }
  public subscript(i: Int) -> Int {
    get { dimensions[i] }
    set { dimensions[i] = newValue }
  }
}

extension Shape: CustomStringConvertible {
  public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }
}
