public import SwiftletGraph
import SwiftletOps

extension Tensor {
  /// Means over `height` × `width` cells that cover the map as evenly as whole pixels allow.
  ///
  /// Cell i of n along an axis of s pixels reaches from ⌊i·s/n⌋ to ⌈(i+1)·s/n⌉, so cells may overlap, and a map may grow:
  /// PyTorch's `adaptive_avg_pool2d`.
  public func adaptiveAveragePooled(_ height: Int, _ width: Int) -> Tensor {
    if (self.height, self.width) == (height, width) { return self }
    let (n, c) = (shape[0], channels)
    let rows = reshaped([n * c * self.height, self.width]).matrixProduct(cells(self.width, width))
    let columns = rows.reshaped([n * c, self.height, width]).transposed([0, 2, 1])
    let means = columns.reshaped([n * c * width, self.height]).matrixProduct(cells(self.height, height))
    return means.reshaped([n, c, width, height]).transposed([0, 1, 3, 2])
  }

  /// The matrix `[size, count]` that takes the mean of each cell.
  private func cells(_ size: Int, _ count: Int) -> Tensor {
    constant(
      NDArray([size, count]) { i in
        let (pixel, cell) = (i / count, i % count)
        let range = cell * size / count..<((cell + 1) * size + count - 1) / count
        return range.contains(pixel) ? 1 / Float(range.count) : 0
      })
  }
}
