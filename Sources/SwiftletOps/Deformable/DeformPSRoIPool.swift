public import SwiftletGraph

/// Means of the cells of regions of interest, each cell moved by an offset and, where `groupSize` is above 1, read from
/// channels of its own; the pooling of the first deformable networks.
///
/// Inputs: x `[batch, outputChannels · groupSize², height, width]`; regions `[count, 5]`, each the number of an image, then
/// left, top, right, bottom, which are rounded to whole pixels; perhaps offsets `[count, 2, partSize, partSize]`, first right,
/// then down, in shares `transStd` of the region's size. A cell is the mean of those of `samplesPerPart`² samples, the first at
/// its corner, that lie on the map. A region that is not finite or of no image gives 0. No operator of ONNX. Dai et al.,
/// "Deformable Convolutional Networks", ICCV 2017, §2.2.
public struct DeformPSRoIPool: Op {
  public static let name = "DeformPSRoIPool"
  /// Rows and columns of the output.
  public var size: Int
  public var groupSize: Int
  public var partSize: Int
  public var samplesPerPart: Int
  public var transStd: Float
  public var spatialScale: Float

  public init(
    size: Int, groupSize: Int = 1, partSize: Int, samplesPerPart: Int = 4, transStd: Float = 0.1,
    spatialScale: Float = 1
  ) {
    (self.size, self.groupSize, self.partSize, self.samplesPerPart) = (size, groupSize, partSize, samplesPerPart)
    (self.transStd, self.spatialScale) = (transStd, spatialScale)
  }

  public static let samples = [
    Sample(
      DeformPSRoIPool(size: 3, groupSize: 3, partSize: 3, spatialScale: 4), [[1, 18, 12, 12], [3, 5], [3, 2, 3, 3]],
      range: 0...0.9),
    Sample(DeformPSRoIPool(size: 2, partSize: 2, samplesPerPart: 2), [[2, 3, 8, 9], [4, 5]], range: 0...1.5),
  ]

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard [size, groupSize, partSize].allSatisfy((1...1024).contains), (1...64).contains(samplesPerPart) else {
      throw GraphError("expects size, groupSize and partSize in 1...1024 and samplesPerPart in 1...64, found \(self)")
    }
    var out = try pooledRegions(inputs, size: size, offset: [2, partSize, partSize])
    guard out[1] % (groupSize * groupSize) == 0 else {
      throw GraphError("\(groupSize)x\(groupSize) groups do not divide \(out[1]) channels")
    }
    out[1] /= groupSize * groupSize
    return out
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let x = inputs[0]
    let out = try! shape(inputs.map(\.shape))
    let area = x.shape[2] * x.shape[3]
    return NDArray(out) { i in
      let (column, row, c, r) = (i % size, i / size % size, i / size / size % out[1], i / (size * size * out[1]))
      guard let region = Region(inputs[1], r, images: x.shape[0]) else { return 0 }
      let v = axis(region.top, region.bottom, row, offset(inputs, r, 1, row, column))
      let h = axis(region.left, region.right, column, offset(inputs, r, 0, row, column))
      let (gy, gx) = (row * groupSize / size, column * groupSize / size)
      let channel = (c * groupSize + gy) * groupSize + gx
      let map = Plane(x, at: (region.image * x.shape[1] + channel) * area, height: x.shape[2], width: x.shape[3])
      return Float(mean(map, v, h))
    }
  }

  /// Where the first sample of a cell lies along an axis, and how far apart samples are.
  private func axis(_ start: Double, _ end: Double, _ cell: Int, _ offset: Double) -> (first: Double, step: Double) {
    let scale = Double(spatialScale)
    let first = start.rounded() * scale - 0.5
    let extent = max((end.rounded() + 1) * scale - 0.5 - first, 0.1)
    return (
      first + Double(cell) * extent / Double(size) + offset * extent, extent / Double(size) / Double(samplesPerPart)
    )
  }

  private func offset(_ inputs: [NDArray], _ r: Int, _ axis: Int, _ row: Int, _ column: Int) -> Double {
    guard inputs.count == 3 else { return 0 }
    let (y, x) = (row * partSize / size, column * partSize / size)
    return Double(inputs[2].scalars[((r * 2 + axis) * partSize + y) * partSize + x] * transStd)
  }

  private func mean(_ map: Plane, _ v: (first: Double, step: Double), _ h: (first: Double, step: Double)) -> Double {
    var (sum, count) = (0.0, 0)
    for i in 0..<samplesPerPart {
      for j in 0..<samplesPerPart {
        let (y, x) = (v.first + Double(i) * v.step, h.first + Double(j) * h.step)
        guard y >= -0.5, y <= Double(map.height) - 0.5, x >= -0.5, x <= Double(map.width) - 0.5 else { continue }
        sum += map.clamped(y, x)
        count += 1
      }
    }
    return count == 0 ? 0 : sum / Double(count)
  }
}
