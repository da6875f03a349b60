/// A dense array of 32-bit floats in row-major order.
public struct NDArray: Hashable, Sendable {
  public let shape: Shape
  public var scalars: [Float]

  /// - Precondition: `scalars.count == shape.elementCount`; readers of files check this before they come here.
  public init(_ shape: Shape, _ scalars: [Float]) {
    precondition(scalars.count == shape.elementCount, "\(scalars.count) scalars do not fill the shape \(shape)")
    self.shape = shape
    self.scalars = scalars
  }

  public init(_ shape: Shape, repeating value: Float = 0) {
    self.init(shape, [Float](repeating: value, count: shape.elementCount))
  }

  /// `element(i)` at row-major position i.
  public init(_ shape: Shape, _ element: (Int) -> Float) {
    self.init(shape, (0..<shape.elementCount).map(element))
  }

  /// The same scalars under another shape of as many elements.
  public func reshaped(_ shape: Shape) -> NDArray { NDArray(shape, scalars) }

  /// The element of a feature map `[batch, channels, height, width]`.
  public subscript(n: Int, c: Int, y: Int, x: Int) -> Float {
    get { scalars[((n * shape[1] + c) * shape[2] + y) * shape[3] + x] }
    set { scalars[((n * shape[1] + c) * shape[2] + y) * shape[3] + x] = newValue }
  }

  /// max |a − b| / max |b|: the measure by which answers are compared with the right ones (b).
  public func relativeError(to truth: NDArray) -> Float {
    guard shape == truth.shape else { return .infinity }
    var difference: Float = 0
    var largest: Float = 0
    for (a, b) in zip(scalars, truth.scalars) {
      let d = abs(a - b)
      if !d.isFinite { return .infinity }
      difference = max(difference, d)
      largest = max(largest, abs(b))
    }
    return difference == 0 ? 0 : difference / largest
  }
}
