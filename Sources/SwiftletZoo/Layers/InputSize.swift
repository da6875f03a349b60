import SwiftletGraph

extension Tensor {
  /// Refuses maps whose height or width is no multiple of `number`, and says which would do.
  func needsMultiples(of number: Int) {
    if height % number == 0 && width % number == 0 { return }
    func nearest(_ extent: Int) -> Int {
      max(number, (extent / number + (extent % number * 2 >= number ? 1 : 0)) * number)
    }
    builder.fail(
      "found a map of \(height)x\(width); the network takes heights and widths that are multiples of \(number), "
        + "as \(nearest(height))x\(nearest(width))")
  }
}
