import SwiftletKernels

// Kernels that go block by block, or over a whole piece of memory.

/// Where the blocks of a value lie, image after image, in floats from the start of its region.
struct BlockList: BitwiseCopyable {
  var base: UnsafeMutablePointer<Float>
  var offsets: UnsafePointer<Int>
  var count: Int
  @inline(__always) subscript(i: Int) -> UnsafeMutablePointer<Float> { base + offsets[i] }
}

/// A formula on every block.
struct UnaryCommand: BitwiseCopyable {
  var function: UnaryFunction
  var input: BlockList
  var output: BlockList
  var floats: Int
  var alpha: Float
  var beta: Float

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: UnaryCommand.self).pointee
    for i in share(c.input.count, thread, threads) { c.function(c.input[i], c.output[i], c.floats, c.alpha, c.beta) }
  }
}

/// A formula of two values, block by block.
struct BinaryCommand: BitwiseCopyable {
  var function: BinaryFunction
  var first: BlockList
  var second: BlockList
  var output: BlockList
  var floats: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: BinaryCommand.self).pointee
    for i in share(c.first.count, thread, threads) { c.function(c.first[i], c.second[i], c.output[i], c.floats) }
  }
}

/// x · scale + shift on every block.
struct AffineCommand: BitwiseCopyable {
  var function: AffineFunction
  var input: BlockList
  var scale: BlockList
  var shift: BlockList
  var output: BlockList
  var pixels: Int
  var lower: Float
  var upper: Float

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: AffineCommand.self).pointee
    for i in share(c.input.count, thread, threads) {
      c.function(c.input[i], c.scale[i], c.shift[i], c.output[i], c.pixels, c.lower, c.upper)
    }
  }
}

/// A pool on every block.
struct PoolCommand: BitwiseCopyable {
  var arguments: PoolArguments
  var function: PoolFunction
  var input: BlockList
  var output: BlockList
  var factors: UnsafePointer<Float>?

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: PoolCommand.self).pointee
    let rows = c.arguments.outputHeight
    for i in share(c.input.count, thread, threads) { c.function(raw, c.input[i], c.factors, c.output[i], 0, rows) }
  }
}

/// The mean of every block.
struct GlobalPoolCommand: BitwiseCopyable {
  var function: GlobalPoolFunction
  var input: BlockList
  var output: BlockList
  var pixels: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: GlobalPoolCommand.self).pointee
    for i in share(c.input.count, thread, threads) { c.function(c.input[i], c.output[i], c.pixels) }
  }
}

/// Another size of every block.
struct ResizeCommand: BitwiseCopyable {
  var function: ResizeFunction
  var input: BlockList
  var output: BlockList
  var rows: UnsafePointer<Neighbours>
  var columns: UnsafePointer<Neighbours>
  var height: Int
  var width: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: ResizeCommand.self).pointee
    for i in share(c.input.count, thread, threads) {
      c.function(c.rows, c.columns, c.height, c.width, c.input[i], c.output[i])
    }
  }
}

/// A linear layer on vectors: panels of 32 outputs, each for all vectors in turn, so that weights are read once.
struct MatrixVectorCommand: BitwiseCopyable {
  var function: MatrixVectorFunction
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var weights: UnsafePointer<Float>
  var depth: Int
  var panels: Int
  var batch: Int
  var inputBatchStride: Int
  var outputBatchStride: Int
  var lower: Float
  var upper: Float
  var post: UnaryFunction?
  var alpha: Float
  var beta: Float

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: MatrixVectorCommand.self).pointee
    for panel in share(c.panels, thread, threads) {
      let w = c.weights + panel * 32 * (c.depth + 1)
      for n in 0..<c.batch {
        let y = c.output + (n * c.outputBatchStride + panel * 32)
        c.function(c.input + n * c.inputBatchStride, c.depth, w, y, c.lower, c.upper)
        c.post?(y, y, 32, c.alpha, c.beta)
      }
    }
  }
}
