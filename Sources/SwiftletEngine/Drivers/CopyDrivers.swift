import SwiftletKernels

/// A map in a larger one: `value` around, rows copied. Planes are blocks of 16 channels or single channels.
struct PadCommand: BitwiseCopyable {
  /// `nil` where other steps write the rows.
  var input: UnsafePointer<Float>?
  var output: UnsafeMutablePointer<Float>
  /// Floats from the start to each plane, image after image.
  var inputPlanes: UnsafePointer<Int>
  var outputPlanes: UnsafePointer<Int>
  /// Of the output's rows.
  var share: MapShare
  var height: Int
  /// Floats in a row.
  var row: Int
  var top: Int
  /// Floats before and after a row.
  var left: Int
  var right: Int
  var value: Float

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: PadCommand.self)
    c.pointee.share.forEach(thread, threads) { c.pointee.write($0, $1) }
  }

  var outputRow: Int { left + row + right }

  /// Some rows of the output's plane `i`.
  func write(_ i: Int, _ rows: Range<Int>) {
    for y in rows {
      let to = output + (outputPlanes[i] + y * outputRow)
      guard y >= top, y < top + height else {
        to.update(repeating: value, count: outputRow)
        continue
      }
      to.update(repeating: value, count: left)
      if let input {
        (to + left).update(from: input + (inputPlanes[i] + (y - top) * row), count: row)
      }
      (to + (left + row)).update(repeating: value, count: right)
    }
  }
}

/// Between rows and blocks, or between two layouts of blocks: runs of neighbouring channels, for all pixels.
struct LayoutCommand: BitwiseCopyable {
  /// Up to 16 channels: floats from the image's start here (−1: zeros) and there.
  struct Run: BitwiseCopyable, Sendable {
    var from: Int
    var to: Int
    var count: Int
  }
  var function: MoveFunction
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var runs: UnsafePointer<Run>
  var runCount: Int
  /// Of the pixels of runs, image after image.
  var share: MapShare
  var inputBatchStride: Int
  var outputBatchStride: Int
  /// Floats from pixel to pixel and from channel to channel.
  var inputPixel: Int
  var inputChannel: Int
  var outputPixel: Int
  var outputChannel: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: LayoutCommand.self).pointee
    c.share.forEach(thread, threads) { unit, pixels in
      let image = unit / c.runCount
      let run = c.runs[unit % c.runCount]
      let to = c.output + (image * c.outputBatchStride + run.to + pixels.lowerBound * c.outputPixel)
      if run.from < 0 {
        for i in 0..<pixels.count {
          for j in 0..<run.count { to[i * c.outputPixel + j * c.outputChannel] = 0 }
        }
      } else {
        let from = c.input + (image * c.inputBatchStride + run.from + pixels.lowerBound * c.inputPixel)
        c.function(
          from, c.inputPixel, c.inputChannel, to, c.outputPixel, c.outputChannel, pixels.count, run.count)
      }
    }
  }
}

/// An array read with other strides, written in rows: dimensions in another order, repeated, or a range of them.
struct StridedCopyCommand: BitwiseCopyable {
  /// One dimension: its extent, floats between its values here and there.
  struct Dimension: BitwiseCopyable, Sendable {
    var extent: Int
    var from: Int
    var to: Int
  }
  var function: MoveFunction
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  /// All but those of the matrices that are moved at once.
  var outer: UnsafePointer<Dimension>
  var outerCount: Int
  var matrices: Int
  var rows: Dimension
  var columns: Dimension
  /// Rows that are moved at once.
  var chunk: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: StridedCopyCommand.self).pointee
    let chunks = (c.rows.extent + c.chunk - 1) / c.chunk
    for unit in share(c.matrices * chunks, thread, threads) {
      let first = unit % chunks * c.chunk
      var (rest, from, to) = (unit / chunks, first * c.rows.from, first * c.rows.to)
      for d in stride(from: c.outerCount - 1, through: 0, by: -1) {
        let dimension = c.outer[d]
        from += rest % dimension.extent * dimension.from
        to += rest % dimension.extent * dimension.to
        rest /= dimension.extent
      }
      c.function(
        c.input + from, c.rows.from, c.columns.from, c.output + to, c.rows.to, c.columns.to,
        min(c.chunk, c.rows.extent - first), c.columns.extent)
    }
  }
}
