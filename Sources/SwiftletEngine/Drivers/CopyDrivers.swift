/// Rows or blocks to and from other places: copies of `count` floats, threads share the copies.
struct CopyCommand: BitwiseCopyable {
  struct Piece: BitwiseCopyable {
    var from: Int
    var to: Int
    var count: Int
  }
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var pieces: UnsafePointer<Piece>
  var pieceCount: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: CopyCommand.self).pointee
    for i in share(c.pieceCount, thread, threads) {
      let piece = c.pieces[i]
      (c.output + piece.to).update(from: c.input + piece.from, count: piece.count)
    }
  }
}

/// A map in a larger one: zeros around, rows copied. Planes are blocks of 16 channels or single channels.
struct PadCommand: BitwiseCopyable {
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  /// Floats from the start to each plane, image after image.
  var inputPlanes: UnsafePointer<Int>
  var outputPlanes: UnsafePointer<Int>
  var planes: Int
  var height: Int
  /// Floats in a row.
  var row: Int
  var top: Int
  var bottom: Int
  /// Floats before and after a row.
  var left: Int
  var right: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: PadCommand.self).pointee
    let outerRow = c.left + c.row + c.right
    for i in share(c.planes, thread, threads) {
      var from = c.input + c.inputPlanes[i]
      var to = c.output + c.outputPlanes[i]
      let head = c.top * outerRow + c.left
      to.update(repeating: 0, count: head)
      to += head
      for y in 0..<c.height {
        to.update(from: from, count: c.row)
        to += c.row
        from += c.row
        let gap = y + 1 < c.height ? c.right + c.left : c.right + c.bottom * outerRow
        to.update(repeating: 0, count: gap)
        to += gap
      }
    }
  }
}

/// Between rows and blocks, or between two layouts of blocks: one channel after another.
struct LayoutCommand: BitwiseCopyable {
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  /// For each lane of each output block (or each channel) the floats from the image's start, or −1 for zeros.
  var sources: UnsafePointer<Int>
  var targets: UnsafePointer<Int>
  var channels: Int
  var batch: Int
  var pixels: Int
  var inputBatchStride: Int
  var outputBatchStride: Int
  /// Floats from pixel to pixel.
  var inputStep: Int
  var outputStep: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: LayoutCommand.self).pointee
    let units = c.batch * ((c.channels + 15) / 16)
    let perImage = (c.channels + 15) / 16
    for unit in share(units, thread, threads) {
      let image = unit / perImage
      let first = unit % perImage * 16
      for channel in first..<min(first + 16, c.channels) {
        var to = c.output + (image * c.outputBatchStride + c.targets[channel])
        let source = c.sources[channel]
        if source < 0 {
          for _ in 0..<c.pixels {
            to.pointee = 0
            to += c.outputStep
          }
        } else {
          var from = c.input + (image * c.inputBatchStride + source)
          for _ in 0..<c.pixels {
            to.pointee = from.pointee
            to += c.outputStep
            from += c.inputStep
          }
        }
      }
    }
  }
}

/// Dimensions in another order, up to six.
struct TransposeCommand: BitwiseCopyable {
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var rank: Int
  /// Of the output, outermost first; strides are the input's.
  var extents: UnsafePointer<Int>
  var strides: UnsafePointer<Int>

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: TransposeCommand.self).pointee
    let inner = c.extents[c.rank - 1]
    let step = c.strides[c.rank - 1]
    var rows = 1
    for d in 0..<c.rank - 1 { rows *= c.extents[d] }
    for row in share(rows, thread, threads) {
      var rest = row
      var offset = 0
      for d in stride(from: c.rank - 2, through: 0, by: -1) {
        offset += rest % c.extents[d] * c.strides[d]
        rest /= c.extents[d]
      }
      let from = c.input + offset
      let to = c.output + row * inner
      for i in 0..<inner { to[i] = from[i * step] }
    }
  }
}
