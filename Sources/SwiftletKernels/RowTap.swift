// Windows that slide over a row of a blocked map, tap after tap: for geometries that no register kernel is made for.

/// The outputs of a row that one tap of a window reaches without leaving the map.
public struct RowTap {
  /// The first of them, and how many there are.
  public let first: Int
  public let count: Int
  /// The input column of the first.
  public let input: Int

  /// - Parameters:
  ///   - width: outputs of the row.
  ///   - shift: the tap's input column for output 0; negative where the window reaches over the left edge.
  @inlinable @inline(__always)
  public init(_ width: Int, _ stride: Int, _ shift: Int, _ inputWidth: Int) {
    let end = min(width, shift < inputWidth ? (inputWidth - 1 - shift) / stride + 1 : 0)
    first = shift < 0 ? (stride - 1 - shift) / stride : 0
    count = max(0, end - first)
    input = first * stride + shift
  }
}

/// Every pixel of a row becomes the same 16 values.
@inlinable @inline(__always)
func fillRow<V: Vector>(_ v: V.Type, _ y: Target, _ pixels: Int, _ values: Source) {
  var lane = 0
  while lane < 16 {
    let value = V(values + lane)
    for i in 0..<pixels { value.store(y + i * 16 + lane) }
    lane += V.lanes
  }
}

@inlinable @inline(__always)
func clampRow<V: Vector>(_ v: V.Type, _ y: Target, _ pixels: Int, _ lower: Float, _ upper: Float) {
  let (low, high) = (V(splat: lower), V(splat: upper))
  var i = 0
  while i < pixels * 16 {
    V(y + i).most(low).least(high).store(y + i)
    i += V.lanes
  }
}
