import SwiftletKernels

/// The panels of a convolution with each product's weights times a factor: what squeeze and excite asks for, done to the weights.
struct ScaledWeightsCommand: BitwiseCopyable {
  struct Panel: BitwiseCopyable, Sendable {
    var function: ScaleRowsFunction
    var start: Int
    /// Floats of a row.
    var width: Int
    /// Of weights; one of biases lies before them.
    var rows: Int
  }
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var factors: UnsafePointer<Float>
  /// Where the factor of each product lies.
  var positions: UnsafePointer<Int32>
  var panels: UnsafePointer<Panel>
  var count: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: ScaledWeightsCommand.self).pointee
    for i in share(c.count, thread, threads) {
      let panel = c.panels[i]
      let (from, to) = (c.input + panel.start, c.output + panel.start)
      to.update(from: from, count: panel.width)
      panel.function(from + panel.width, c.factors, c.positions, to + panel.width, panel.rows, panel.width)
    }
  }
}
