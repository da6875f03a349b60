import SwiftletKernels

/// A convolution and a depthwise one that reads its map, which is not made as a whole: each thread has a band of rows, and goes down the
/// map with it.
struct BandCommand: BitwiseCopyable {
  var source: ConvolutionCommand
  var depthwise: DepthwiseCommand
  /// One row, two, and so on up to those of a band, each as one row of pixels; `nil` where the source tells rows apart.
  var pixels: UnsafePointer<RowCutList>?
  /// Of the output, the most at a time.
  var rows: Int
  /// The bands of all threads, and floats from one to the next, from block to block, and from row to row.
  var bands: UnsafeMutablePointer<Float>
  var stride: Int
  var plane: Int
  var rowStride: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: BandCommand.self)
    let own = share(c.pointee.depthwise.arguments.outputHeight, thread, threads)
    let band = c.pointee.bands + thread * c.pointee.stride
    var held = 0..<0
    var row = own.lowerBound
    while row < own.upperBound {
      let next = row..<min(row + c.pointee.rows, own.upperBound)
      held = c.pointee.move(band, held, to: c.pointee.seen(next), thread)
      c.pointee.filter(band, held.lowerBound, next)
      row = next.upperBound
    }
  }

  /// The rows of the source that rows of the output are made of.
  private func seen(_ rows: Range<Int>) -> Range<Int> {
    let d = depthwise.arguments
    let first = rows.lowerBound * d.strideY - d.top
    let last = (rows.upperBound - 1) * d.strideY - d.top + (d.kernelHeight - 1) * d.dilationY
    return max(0, first)..<max(0, first, min(d.inputHeight, last + 1))
  }

  /// A band that held some rows holds `next` ones, of which those are made that are new.
  private func move(
    _ band: UnsafeMutablePointer<Float>, _ held: Range<Int>, to next: Range<Int>, _ thread: Int
  ) -> Range<Int> {
    let kept = max(0, held.upperBound - next.lowerBound)
    if kept > 0 {
      let from = (next.lowerBound - held.lowerBound) * rowStride
      for block in 0..<depthwise.blocks {
        (band + block * plane).update(from: band + (block * plane + from), count: kept * rowStride)
      }
    }
    let new = next.lowerBound + kept..<next.upperBound
    if !new.isEmpty {
      source.run(
        rows: new, of: depthwise.arguments.inputWidth, as: pixels.map { $0[new.count - 1] },
        to: band + kept * rowStride, thread)
    }
    return next
  }

  /// Rows of the output from a band whose first row is row `first` of the map.
  private func filter(_ band: UnsafeMutablePointer<Float>, _ first: Int, _ rows: Range<Int>) {
    var depthwise = depthwise
    depthwise.input = UnsafePointer(band - first * rowStride)
    withUnsafePointer(to: depthwise) {
      for block in 0..<depthwise.blocks { $0.pointee.run($0, block, rows) }
    }
  }
}
