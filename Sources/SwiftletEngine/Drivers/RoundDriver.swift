import SwiftletKernels

/// Blocks of floats, each times its factors, rounded to half as many blocks of pairs. Threads share the pixels, as tiles do.
struct RoundCommand: BitwiseCopyable {
  var function: RoundFunction
  /// Two for each block of the output.
  var input: BlockList
  var factors: BlockList
  var output: BlockList
  var pixels: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: RoundCommand.self).pointee
    let pixels = share(c.pixels, thread, threads)
    let start = pixels.lowerBound * 16
    for i in 0..<c.output.count {
      c.function(
        c.input[2 * i] + start, c.input[2 * i + 1] + start, c.factors[2 * i], c.factors[2 * i + 1], c.output[i] + start,
        pixels.count)
    }
  }
}
