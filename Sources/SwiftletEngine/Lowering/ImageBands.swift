import SwiftletGraph
import SwiftletOps

/// A planar image with zeros around it, in bands.
struct PaddedImagePlan: Sendable {
  var shape: Shape
  var pads: Pads
  /// One band a thread.
  var bands: Region
  var stride: Int
  /// Of a band.
  var height: Int
  /// Of the convolution's output, the most at a time; how many rows those see, and by how many the next row sees others.
  var rows: Int
  var seen: Int
  var step: Int
  var threads: Int
}

extension Binder {
  /// - Parameter first: the image that is the first one.
  func keep(_ image: PaddedImagePlan, of region: Region, from first: Int) -> UnsafePointer<PaddedImage> {
    let (x, pads) = (image.shape, image.pads)
    let width = x[3] + pads.left + pads.right
    let pad = PadCommand(
      input: pointer(region), output: pointer(image.bands),
      inputPlanes: keep((first * x[1]..<x[0] * x[1]).map { $0 * x[2] * x[3] }),
      outputPlanes: keep((0..<x[1]).map { $0 * image.height * width }),
      share: MapShare(maps: x[1], rows: image.height, splitsRows: false), height: x[2], row: x[3], top: pads.top,
      left: pads.left, right: pads.right, value: 0)
    let nothing = FetchList.Piece(start: pointer(region), count: 0)
    let pieces = UnsafeMutablePointer(mutating: keep(Array(repeating: nothing, count: image.threads * x[1])))
    return keep([
      PaddedImage(
        pad: pad, stride: image.stride, rows: image.rows, seen: image.seen, step: image.step, pieces: pieces)
    ])
  }
}

extension Planner {
  /// Bands of as many rows as stay in the first cache, or what one row of the output sees.
  /// - Parameter whole: the rows with those around the image.
  mutating func planImage(_ x: Shape, _ window: Window, height whole: Int) -> PaddedImagePlan {
    let (seen, step) = ((window.kernel[0] - 1) * window.dilations[0] + 1, window.strides[0])
    let row = x[1] * (x[3] + window.pads.left + window.pads.right)
    let rows = max(1, (min(tuning.imageFloats / row, whole) - seen) / step + 1)
    let height = (rows - 1) * step + seen
    let stride = (row * height + 15) / 16 * 16
    return PaddedImagePlan(
      shape: x, pads: window.pads, bands: placePlain(floats: stride * threads), stride: stride, height: height,
      rows: rows, seen: seen, step: step, threads: threads)
  }
}
