import SwiftletKernels

// Kernels on rows of plain arrays.

struct SoftmaxCommand: BitwiseCopyable {
  var function: SoftmaxFunction
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var rows: Int
  var size: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: SoftmaxCommand.self).pointee
    for row in share(c.rows, thread, threads) { c.function(c.input + row * c.size, c.output + row * c.size, c.size) }
  }
}

struct LayerNormCommand: BitwiseCopyable {
  var function: LayerNormFunction
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var scale: UnsafePointer<Float>
  var shift: UnsafePointer<Float>
  var rows: Int
  var size: Int
  var epsilon: Float

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: LayerNormCommand.self).pointee
    for row in share(c.rows, thread, threads) {
      c.function(c.input + row * c.size, c.scale, c.shift, c.output + row * c.size, c.size, c.epsilon)
    }
  }
}

/// One number of each row.
struct ReduceRowsCommand: BitwiseCopyable {
  var function: ReduceRowFunction
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var rows: Int
  var size: Int
  var factor: Float

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: ReduceRowsCommand.self).pointee
    for row in share(c.rows, thread, threads) { c.function(c.input + row * c.size, c.size, c.output + row, c.factor) }
  }
}

/// Local response normalisation, channel by channel.
struct LRNCommand: BitwiseCopyable {
  var arguments: LRNArguments
  var function: LRNFunction
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var batch: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: LRNCommand.self).pointee
    let (channels, plane) = (c.arguments.channels, c.arguments.plane)
    for unit in share(c.batch * channels, thread, threads) {
      let image = c.input + unit / channels * channels * plane
      c.function(raw, image, unit % channels, c.output + unit * plane)
    }
  }
}

/// Parts of an array in the order that numbers in memory say.
struct GatherCommand: BitwiseCopyable {
  var function: MoveFunction
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var indices: UnsafePointer<Float>
  /// Floats from the image's start to each part here and there.
  var sources: UnsafePointer<Int>
  var sourceCount: Int
  var targets: UnsafePointer<Int>
  var count: Int
  var batch: Int
  var inputBatchStride: Int
  var outputBatchStride: Int
  /// Pieces of a part, how long they are and how far apart.
  var pieces: Int
  var size: Int
  var step: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: GatherCommand.self).pointee
    for unit in share(c.batch * c.count, thread, threads) {
      let (image, i) = (unit / c.count, unit % c.count)
      let index = c.indices[i]
      let position = index > 0 ? Int(min(index, Float(c.sourceCount - 1))) : 0
      c.function(
        c.input + (image * c.inputBatchStride + c.sources[position]), c.step, 1,
        c.output + (image * c.outputBatchStride + c.targets[i]), c.step, 1, c.pieces, c.size)
    }
  }
}
