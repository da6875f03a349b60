import CPlatform
import SwiftletKernels

/// Measures what all threads together reach.
struct PeakMeter {
  let kernels: KernelSet
  let threads: Int
  /// Seconds of one run, and how many are compared.
  private static let runSeconds = 2e-3
  private static let runs = 16

  init(_ kernels: KernelSet, threads: Int) { (self.kernels, self.threads) = (kernels, threads) }

  /// 10⁹ floating-point operations a second on registers alone.
  func gigaflops() -> Double {
    let flops = Double(peakFlops * kernels.lanes * threads)
    return 1e-9 * flops * best(MultiplyAddTask(function: kernels.multiplyAdd))
  }

  /// Bandwidths of these caches and of the memory.
  func levels(_ caches: [Int]) throws(EngineError) -> [MachinePeaks.Level] {
    var levels: [MachinePeaks.Level] = []
    for (i, bytes) in caches.enumerated() {
      // The first caches are each core's own. Further ones may be shared: then so many bytes are for all threads, yet each
      // reads more than the cache before holds.
      let isShared = i == 2
      let perThread = i == 0 ? bytes / 2 : max(bytes / (2 * threads), 2 * caches[i - 1])
      levels.append(
        .init(
          name: "L\(i + 1)", bytes: isShared ? bytes : bytes * threads,
          bandwidth: try bandwidth(min(perThread, bytes))))
    }
    let last = caches[caches.count - 1]
    let memory = min(max(4 * last, 64 << 20), 1 << 30)
    levels.append(.init(name: "DRAM", bytes: .max, bandwidth: try bandwidth(memory / threads)))
    // What a cache holds is read at least as fast as what lies further away.
    for i in levels.indices.dropLast().reversed() {
      levels[i].bandwidth = max(levels[i].bandwidth, levels[i + 1].bandwidth)
    }
    return levels
  }

  /// Bandwidths of more and more bytes, each twice as many.
  func readingCurve() throws(EngineError) -> [(bytes: Int, bandwidth: Double)] {
    var curve: [(bytes: Int, bandwidth: Double)] = []
    for shift in 13...27 { curve.append((1 << shift, try bandwidth(1 << shift))) }
    return curve
  }

  /// 10⁹ bytes a second where each thread reads so many bytes of its own again and again.
  private func bandwidth(_ perThread: Int) throws(EngineError) -> Double {
    let floats = max(128, perThread / 4 / 128 * 128)
    let pages = try Pages(floats: floats * threads)
    // Pages that nobody wrote are all the same one.
    pages.start.update(repeating: 1, count: floats * threads)
    let task = ReadTask(function: kernels.read, start: pages.start, floats: floats)
    return withExtendedLifetime(pages) { 1e-9 * Double(4 * floats * threads) * best(task) }
  }

  /// Rounds a second of the best run.
  private func best<Task: PeakTask>(_ task: Task) -> Double {
    var task = task
    return withUnsafeMutablePointer(to: &task) { arguments in
      let command = Command(function: Task.run, arguments: UnsafeRawPointer(arguments))
      return withUnsafePointer(to: command) { command in
        let pool = ThreadPool(threads, command, 1)
        defer { pool.stop() }
        func least(_ runs: Int) -> Double { (0..<runs).map { _ in pool.runTimed()[0] }.min()! }
        while least(2) < Self.runSeconds, arguments.pointee.rounds < 1 << 30 { arguments.pointee.rounds *= 2 }
        // Other programs take turns of the cores: until so many runs in a row bring nothing.
        var (seconds, next) = (least(Self.runs), least(Self.runs))
        while next < 0.99 * seconds { (seconds, next) = (next, least(Self.runs)) }
        return Double(arguments.pointee.rounds) / min(seconds, next)
      }
    }
  }
}

/// What every thread does so many rounds of.
private protocol PeakTask: BitwiseCopyable {
  var rounds: Int { get set }
  static var run: StepFunction { get }
}

private struct MultiplyAddTask: PeakTask {
  var rounds = 1024
  var function: MultiplyAddFunction

  static let run: StepFunction = { raw, _, _ in
    let task = raw.assumingMemoryBound(to: MultiplyAddTask.self).pointee
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 256) { memory in
      let start = memory.baseAddress!
      for i in 0..<192 { start[i] = Float(i) }
      task.function(task.rounds, start, start + 192)
    }
  }
}

private struct ReadTask: PeakTask {
  var rounds = 1
  var function: ReadFunction
  var start: UnsafeMutablePointer<Float>
  var floats: Int

  static let run: StepFunction = { raw, thread, _ in
    let task = raw.assumingMemoryBound(to: ReadTask.self).pointee
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 16) { sums in
      task.function(task.start + thread * task.floats, task.floats, task.rounds, sums.baseAddress!)
    }
  }
}
