import SwiftletKernels

/// A depthwise convolution: block by block, row by row.
struct DepthwiseCommand: BitwiseCopyable {
  var arguments: DepthwiseArguments
  var function: DepthwiseFunction
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var weights: UnsafePointer<Float>
  /// Floats from the image to each block of input and output.
  var inputBlocks: UnsafePointer<Int>
  var outputBlocks: UnsafePointer<Int>
  /// Lanes of each block that hold channels.
  var lanes: UnsafePointer<Int>
  var blocks: Int
  var share: MapShare
  var inputBatchStride: Int
  var outputBatchStride: Int
  var post: UnaryFunction?
  var alpha: Float
  var beta: Float
  /// Where the sums of each row go, while it is near: an average of all pixels follows.
  var sums: BlockList?
  var sum: RowSumsFunction

  static let run: StepFunction = { raw, thread, threads in
    let d = raw.assumingMemoryBound(to: DepthwiseCommand.self)
    d.pointee.share.forEach(thread, threads) { d.pointee.run(raw, $0, $1) }
  }

  @inline(__always)
  func run(_ raw: UnsafeRawPointer, _ plane: Int, _ rows: Range<Int>) {
    let block = plane % blocks
    let image = plane / blocks
    let from = input + (image * inputBatchStride + inputBlocks[block])
    let to = output + (image * outputBatchStride + outputBlocks[block])
    let w = weights + block * 16 * (1 + arguments.kernelHeight * arguments.kernelWidth)
    if post == nil && sums == nil { return function(raw, from, w, to, lanes[block], rows.lowerBound, rows.upperBound) }
    let rowFloats = arguments.outputWidth * 16
    let step = max(1, 4096 / rowFloats)  // rows that stay in the first cache until the activation and the sums
    var first = rows.lowerBound
    while first < rows.upperBound {
      let last = min(first + step, rows.upperBound)
      function(raw, from, w, to, lanes[block], first, last)
      let p = to + first * rowFloats
      post?(p, p, (last - first) * rowFloats, alpha, beta)
      if let sums { sum(p, arguments.outputWidth, last - first, sums[plane] + first * 16) }
      first = last
    }
  }
}
