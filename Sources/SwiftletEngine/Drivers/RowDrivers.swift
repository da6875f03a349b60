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

/// Attention, head by head.
struct AttentionCommand: BitwiseCopyable {
  var arguments: AttentionArguments
  var function: AttentionFunction
  var query: UnsafePointer<Float>
  var key: UnsafePointer<Float>
  var value: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  /// A piece for each thread.
  var scratch: UnsafeMutablePointer<Float>
  var scratchStride: Int
  var batch: Int
  var heads: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: AttentionCommand.self).pointee
    let a = c.arguments
    for unit in share(c.batch * c.heads, thread, threads) {
      let (n, head) = (unit / c.heads, unit % c.heads)
      c.function(
        raw, c.query + (n * a.queries * a.queryStride + head * a.size),
        c.key + (n * a.keys * a.keyStride + head * a.size),
        c.value + (n * a.keys * a.valueStride + head * a.valueSize), c.scratch + thread * c.scratchStride,
        c.output + (n * a.queries * a.outputStride + head * a.valueSize))
    }
  }
}
