public import SwiftletEngine
public import SwiftletGraph
public import SwiftletZoo

extension Model {
  /// The network's outputs for an array `[batch, channels, height, width]`, whose extents decide batch, channels and size.
  /// - Returns: each output with its name: `output`, or `output.0`, `output.1`, … of several.
  /// - Throws: `GraphError` when the network does not take such an input, `WeightsError`, `EngineError`, errors of a file
  ///   that the weights are read from.
  public func run(
    on input: NDArray, weights: Weights, threads: Int = Machine.processors, precision: Precision = .exact,
    cache: (any PackedCache)? = nil
  ) throws -> [(String, NDArray)] {
    let shape = input.shape
    guard shape.rank == 4 else { throw GraphError("the input is \(shape); expected [batch, channels, height, width]") }
    let weights = try reading(weights)
    let graph = try graph(
      batch: 1, size: (shape[2], shape[3]), channels: shape[1], classes: classes(in: weights))
    try weights.check(against: graph)
    let plan = try Plan(
      graph, precision: precision, tuning: .ofThisMachine(), threads: shape[0] > 1 ? 1 : threads)
    let outputs =
      shape[0] > 1
      ? try Streams(plan, weights, count: min(threads, shape[0]), cache: cache).run(batch: input)
      : try Session(plan, weights, cache: cache).run(input)
    return outputs.enumerated().map { i, array in (outputs.count == 1 ? "output" : "output.\(i)", array) }
  }
}
