import SwiftletAnalysis
public import SwiftletEngine
public import SwiftletGraph

/// How fast a network runs, with random weights on a random input.
///
/// Before anything is timed the answer is checked: numbers that are infinite, denormal or all zero would make a time that
/// no real network has.
public struct Benchmark: Sendable {
  /// Of each stream.
  public var threads: Int
  /// Runs side by side.
  public var streams: Int
  public var batch: Int
  /// Of one run, that is of the whole batch; products of activations included.
  public var multiplyAdds: Int
  /// Bytes of packed weights and of activations, as planned.
  public var plannedBytes: Int
  /// Seconds of each run, sorted; never empty.
  public var times: [Double]

  public var minimum: Double { times[0] }
  public var median: Double { times[times.count / 2] }
  /// Images a second, by the median.
  public var throughput: Double { Double(streams * batch) / median }
  /// 10⁹ floating-point operations a second, two for each multiply-add, by the median.
  public var gigaflops: Double { 2e-9 * Double(streams * multiplyAdds) / median }

  init(threads: Int, streams: Int, batch: Int, multiplyAdds: Int, plannedBytes: Int, times: [Double]) {
    (self.threads, self.streams, self.batch, self.multiplyAdds) = (threads, streams, batch, multiplyAdds)
    (self.plannedBytes, self.times) = (plannedBytes, times)
  }

  /// Measures for about so many seconds after a warm-up, at least three runs.
  /// - Throws: `EngineError` when memory does not suffice or the answer is not fit for measuring.
  public init(
    _ graph: Graph, batch: Int = 1, threads: Int, streams: Int = 1, precision: Precision = .exact, seconds: Double
  ) throws {
    self = try Stopwatch(graph, batch: batch, threads: threads, streams: streams, precision: precision)
      .measure(seconds: seconds)
  }
}
