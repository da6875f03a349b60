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
  var share: MapShare
  /// Floats of a row.
  var floats: Int
  var alpha: Float
  var beta: Float

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: UnaryCommand.self).pointee
    c.share.forEach(thread, threads) { i, rows in
      let first = rows.lowerBound * c.floats
      c.function(c.input[i] + first, c.output[i] + first, rows.count * c.floats, c.alpha, c.beta)
    }
  }
}

/// One of two values that a formula joins: floats between rows, pixels and lanes; 0 where one value stands for all.
struct Operand: BitwiseCopyable {
  var blocks: BlockList
  var row: Int
  var pixel: Int
  var lane: Int
}

/// A formula of two values, block by block, row by row.
struct BinaryCommand: BitwiseCopyable {
  var function: BinaryFunction
  var first: Operand
  var second: Operand
  var output: BlockList
  var share: MapShare
  /// Floats of the output in a row.
  var floats: Int
  /// Each operand goes on from row to row as it does from pixel to pixel: rows go together.
  var isEven: Bool

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: BinaryCommand.self).pointee
    c.share.forEach(thread, threads) { i, rows in
      let (a, b, together) = (c.first, c.second, c.isEven ? rows.count : 1)
      for row in stride(from: rows.lowerBound, to: rows.upperBound, by: together) {
        c.function(
          a.blocks[i] + row * a.row, a.pixel, a.lane, b.blocks[i] + row * b.row, b.pixel, b.lane,
          c.output[i] + row * c.floats, together * c.floats)
      }
    }
  }
}

/// x · scale + shift on every block.
struct AffineCommand: BitwiseCopyable {
  var function: AffineFunction
  var input: BlockList
  var scale: BlockList
  var shift: BlockList
  var output: BlockList
  /// Of pixels.
  var share: MapShare
  var lower: Float
  var upper: Float

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: AffineCommand.self).pointee
    c.share.forEach(thread, threads) { i, pixels in
      let first = pixels.lowerBound * 16
      c.function(
        c.input[i] + first, c.scale[i], c.shift[i], c.output[i] + first, pixels.count, c.lower, c.upper)
    }
  }
}

/// A pool on every block.
struct PoolCommand: BitwiseCopyable {
  var arguments: PoolArguments
  var function: PoolFunction
  var input: BlockList
  var output: BlockList
  var share: MapShare
  var factors: UnsafePointer<Float>?

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: PoolCommand.self).pointee
    c.share.forEach(thread, threads) {
      c.function(raw, c.input[$0], c.factors, c.output[$0], $1.lowerBound, $1.upperBound)
    }
  }
}

/// Sums over the columns of matrices: the pixels of blocks, or a dimension of rows.
struct ReduceColumnsCommand: BitwiseCopyable {
  var function: ReduceColumnsFunction
  var input: BlockList
  var output: BlockList
  /// Matrices of each block, side by side in input and output.
  var matrices: Int
  var rows: Int
  var columns: Int
  var factor: Float

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: ReduceColumnsCommand.self).pointee
    for unit in share(c.input.count * c.matrices, thread, threads) {
      let (i, matrix) = (unit / c.matrices, unit % c.matrices)
      c.function(
        c.input[i] + matrix * c.rows * c.columns, c.columns, c.rows, c.output[i] + matrix * c.columns, c.columns,
        c.factor)
    }
  }
}

/// Mean and squared distances of every block.
struct MomentsCommand: BitwiseCopyable {
  var function: MomentsFunction
  var input: BlockList
  var pixels: Int
  var output: UnsafeMutablePointer<Float>

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: MomentsCommand.self).pointee
    for i in share(c.input.count, thread, threads) { c.function(c.input[i], c.pixels, c.output + i * 32) }
  }
}

/// From the moments of blocks the factor and summand of each channel that normalise groups of channels.
struct GroupFactorsCommand: BitwiseCopyable {
  var moments: UnsafePointer<Float>
  /// Of each lane the group, or −1.
  var groups: UnsafePointer<Int>
  var groupCount: Int
  var groupChannels: Int
  var blocks: Int
  var batch: Int
  var pixels: Int
  var scale: UnsafePointer<Float>
  var shift: UnsafePointer<Float>
  var epsilon: Float
  /// For each block 16 factors, and 16 summands.
  var factors: UnsafeMutablePointer<Float>
  var summands: UnsafeMutablePointer<Float>

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: GroupFactorsCommand.self).pointee
    for unit in share(c.batch * c.groupCount, thread, threads) {
      c.run(unit / c.groupCount * c.blocks, unit % c.groupCount)
    }
  }

  private func run(_ first: Int, _ group: Int) {
    func each(_ body: (_ lane: Int, _ mean: Double, _ squares: Double) -> Void) {
      for lane in 0..<blocks * 16 where groups[lane] == group {
        let m = moments + (first + lane / 16) * 32 + lane % 16
        body(lane, Double(m[0]), Double(m[16]))
      }
    }
    var sum = 0.0
    each { _, mean, _ in sum += mean }
    let mean = sum / Double(groupChannels)
    var squares = 0.0
    each { _, m, s in squares += s + Double(pixels) * (m - mean) * (m - mean) }
    let variance = squares / Double(groupChannels * pixels)
    let factor = 1 / (variance + Double(epsilon)).squareRoot()
    each { lane, _, _ in
      let f = factor * Double(scale[lane])
      factors[first * 16 + lane] = Float(f)
      summands[first * 16 + lane] = Float(Double(shift[lane]) - mean * f)
    }
  }
}

/// Each map gated by how far its values stand out.
struct SimAMCommand: BitwiseCopyable {
  var function: SimAMFunction
  var input: BlockList
  var output: BlockList
  var pixels: Int
  var lambda: Float

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: SimAMCommand.self).pointee
    for i in share(c.input.count, thread, threads) { c.function(c.input[i], c.output[i], c.pixels, c.lambda) }
  }
}

/// Each pixel's channels normalised; threads share the pixels.
struct ChannelNormCommand: BitwiseCopyable {
  var arguments: ChannelNormArguments
  var function: ChannelNormFunction
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var batch: Int
  var pixels: Int
  var inputBatchStride: Int
  var outputBatchStride: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: ChannelNormCommand.self).pointee
    let mine = share(c.pixels, thread, threads)
    for n in 0..<c.batch {
      c.function(
        raw, c.input + (n * c.inputBatchStride + mine.lowerBound * 16),
        c.output + (n * c.outputBatchStride + mine.lowerBound * 16), mine.count)
    }
  }
}

/// Another size of every block.
struct ResizeCommand: BitwiseCopyable {
  var function: ResizeFunction
  var input: BlockList
  var output: BlockList
  var rows: UnsafePointer<Neighbours>
  var columns: UnsafePointer<Neighbours>
  var share: MapShare
  var width: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: ResizeCommand.self).pointee
    c.share.forEach(thread, threads) { i, rows in
      let first = rows.lowerBound
      c.function(c.rows + first, c.columns, rows.count, c.width, c.input[i], c.output[i] + first * c.width * 16)
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
