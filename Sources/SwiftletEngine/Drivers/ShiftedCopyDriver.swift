import SwiftletKernels

/// What each column of a window's filter sees, as maps of the output's width: all pixels of the output in a row are then as far apart
/// as their inputs.
struct ShiftedCopyCommand: BitwiseCopyable {
  /// The inputs of one column of the filter, and of the rows of the filter that meet the same rows of the input.
  struct Map: BitwiseCopyable, Sendable {
    /// The input's row and column that the first pixel sees; negative over the edge.
    var top: Int
    var left: Int
    var rows: Int
  }
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  /// Floats from the start to each block of 16 channels, image after image.
  var inputPlanes: UnsafePointer<Int>
  var outputPlanes: UnsafePointer<Int>
  var planes: Int
  var inputHeight: Int
  var inputWidth: Int
  var width: Int
  var strideY: Int
  var strideX: Int
  /// One after the other in each plane of the output.
  var maps: UnsafePointer<Map>
  var mapCount: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: ShiftedCopyCommand.self).pointee
    for plane in share(c.planes, thread, threads) {
      let from = c.input + c.inputPlanes[plane]
      var to = c.output + c.outputPlanes[plane]
      for map in UnsafeBufferPointer(start: c.maps, count: c.mapCount) {
        let tap = RowTap(c.width, c.strideX, map.left, c.inputWidth)
        for row in 0..<map.rows {
          let y = map.top + row * c.strideY
          let inside = y >= 0 && y < c.inputHeight
          c.copyRow(inside ? from + (y * c.inputWidth + tap.input) * 16 : nil, to, tap)
          to += c.width * 16
        }
      }
    }
  }

  @inline(__always)
  private func copyRow(_ from: UnsafePointer<Float>?, _ to: UnsafeMutablePointer<Float>, _ tap: RowTap) {
    guard var from else { return to.update(repeating: 0, count: width * 16) }
    let end = tap.first + tap.count
    to.update(repeating: 0, count: tap.first * 16)
    if strideX == 1 {
      (to + tap.first * 16).update(from: from, count: tap.count * 16)
    } else {
      for pixel in tap.first..<end {
        (to + pixel * 16).update(from: from, count: 16)
        from += strideX * 16
      }
    }
    (to + end * 16).update(repeating: 0, count: (width - end) * 16)
  }
}
