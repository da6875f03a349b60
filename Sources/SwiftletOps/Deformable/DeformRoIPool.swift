public import SwiftletGraph

/// Means of the cells of regions of interest, each cell moved by an offset; no number is rounded.
///
/// Inputs: x `[batch, channels, height, width]`; regions `[count, 5]`, each the number of an image, then left, top, right,
/// bottom; perhaps offsets `[count, 2, size, size]`, first right, then down, in shares `gamma` of the region's size. Cells are
/// sampled as RoIAlign does (He et al., "Mask R-CNN", ICCV 2017, §3). A region that is not finite or of no image gives 0. With
/// a mask multiplied on top it is the modulated form of Zhu et al., CVPR 2019, equation 2. No operator of ONNX; mmcv's
/// `deform_roi_pool`.
public struct DeformRoIPool: Op {
  public static let name = "DeformRoIPool"
  /// Rows and columns of the output.
  public var size: Int
  public var spatialScale: Float
  /// Samples along a side of a cell; 0 takes about one for each pixel, at most 1024.
  public var samplingRatio: Int
  public var gamma: Float

  public init(size: Int, spatialScale: Float = 1, samplingRatio: Int = 0, gamma: Float = 0.1) {
    (self.size, self.spatialScale, self.samplingRatio, self.gamma) = (size, spatialScale, samplingRatio, gamma)
  }

  public static let samples = [
    Sample(DeformRoIPool(size: 3), [[1, 4, 12, 12], [3, 5], [3, 2, 3, 3]], range: 0...0.9),
    Sample(DeformRoIPool(size: 2, spatialScale: 8, samplingRatio: 2), [[2, 3, 8, 9], [4, 5]], range: 0...1.5),
  ]

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard (0...64).contains(samplingRatio), (1...1024).contains(size) else {
      throw GraphError("expects a size in 1...1024 and a samplingRatio in 0...64, found \(size) and \(samplingRatio)")
    }
    return try pooledRegions(inputs, size: size, offset: [2, size, size])
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let x = inputs[0]
    let out = try! shape(inputs.map(\.shape))
    return NDArray(out) { i in
      let (cell, c, r) = (i % (size * size), i / (size * size) % out[1], i / (size * size) / out[1])
      guard let region = Region(inputs[1], r, images: x.shape[0]) else { return 0 }
      let scale = Double(spatialScale)
      let (height, width) = ((region.bottom - region.top) * scale, (region.right - region.left) * scale)
      var (top, left) = (region.top * scale - 0.5, region.left * scale - 0.5)
      if inputs.count == 3 {
        left += Double(gamma * inputs[2].scalars[r * 2 * size * size + cell]) * width
        top += Double(gamma * inputs[2].scalars[(r * 2 + 1) * size * size + cell]) * height
      }
      let map = Plane(
        x, at: (region.image * out[1] + c) * x.shape[2] * x.shape[3], height: x.shape[2], width: x.shape[3])
      return Float(mean(map, top, left, height / Double(size), width / Double(size), cell))
    }
  }

  /// The mean of the samples of a cell.
  private func mean(
    _ map: Plane, _ top: Double, _ left: Double, _ height: Double, _ width: Double, _ cell: Int
  ) -> Double {
    let (rows, columns) = (samples(height), samples(width))
    var sum = 0.0
    for i in 0..<rows {
      for j in 0..<columns {
        let y = top + (Double(cell / size) + (Double(i) + 0.5) / Double(rows)) * height
        let x = left + (Double(cell % size) + (Double(j) + 0.5) / Double(columns)) * width
        guard y >= -1, y <= Double(map.height), x >= -1, x <= Double(map.width) else { continue }
        sum += map.clamped(y, x)
      }
    }
    return sum / Double(max(1, rows * columns))
  }

  private func samples(_ extent: Double) -> Int {
    samplingRatio > 0 ? samplingRatio : Int(min(max(extent.rounded(.up), 0), 1024))
  }
}

/// A region of interest as a row of an array `[count, 5]`; `nil` where it is not finite or of no image.
struct Region {
  let image: Int
  let left: Double
  let top: Double
  let right: Double
  let bottom: Double

  init?(_ regions: NDArray, _ r: Int, images: Int) {
    let row = regions.scalars[5 * r..<5 * r + 5].map(Double.init)
    guard row.allSatisfy(\.isFinite), row[0] > -1, row[0] < Double(images) else { return nil }
    image = Int(row[0])
    (left, top, right, bottom) = (row[1], row[2], row[3], row[4])
  }
}

/// The shape `[count, channels, size, size]` of regions of interest that have been pooled.
/// - Parameter offset: what the optional third input has for each region.
func pooledRegions(_ inputs: [Shape], size: Int, offset: Shape) throws(GraphError) -> Shape {
  guard inputs.count == 2 || inputs.count == 3, inputs[0].rank == 4, inputs[1].rank == 2, inputs[1][1] == 5 else {
    throw GraphError("expects x [batch, channels, height, width], regions [count, 5], perhaps offsets, found \(inputs)")
  }
  let expected = Shape([inputs[1][0]] + offset)
  if inputs.count == 3, inputs[2] != expected {
    throw GraphError("the offsets are \(inputs[2]), expected \(expected)")
  }
  return [inputs[1][0], inputs[0][1], size, size]
}
