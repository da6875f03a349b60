public import SwiftletEngine
public import SwiftletGraph
import SwiftletAnalysis

/// A network ready to be measured, once or again and again.
public final class Stopwatch {
  private let work: Work
  private let multiplyAdds: Int
  private let plannedBytes: Int

  /// How threads share what is to be run.
  private enum Work {
    /// All threads run one image.
    case image(Session)
    /// Each thread runs images of a batch.
    case batch(Int, Streams)
    /// Each thread runs images of its own, again and again.
    case streams(Streams)

    var sessions: [Session] {
      switch self {
      case .image(let session): [session]
      case .batch(_, let streams), .streams(let streams): streams.sessions
      }
    }
  }

  /// Packs random weights and runs once.
  /// - Parameters:
  ///   - graph: of one image.
  ///   - batch: images of a run; threads share them where there are several.
  ///   - streams: runs side by side; more than one have one thread each.
  /// - Throws: `EngineError` when memory does not suffice or the answer is not fit for measuring.
  public init(
    _ graph: Graph, batch: Int = 1, threads: Int, streams: Int = 1, precision: Precision = .exact
  ) throws {
    let count = streams > 1 ? streams : batch > 1 ? min(batch, threads) : 1
    let plan = try Plan(
      graph, precision: precision, tuning: .ofThisMachine(), threads: streams > 1 || batch > 1 ? 1 : threads)
    multiplyAdds = batch * (graph.multiplyAdds + graph.productMultiplyAdds)
    plannedBytes = plan.constantBytes + count * (plan.arenaBytes + 4 * plan.inputShape.elementCount)
    guard plannedBytes < Machine.memory else {
      throw EngineError("a run needs \(plannedBytes >> 20) MiB of memory, the machine has \(Machine.memory >> 20)")
    }
    let weights = Weights.random(for: graph)
    if streams == 1 && batch == 1 {
      work = .image(try Session(plan, weights))
    } else {
      let crowd = try Streams(plan, weights, count: count)
      work = streams > 1 ? .streams(crowd) : .batch(batch, crowd)
    }
    var numbers = RandomNumbers(seed: 0, name: "input")
    let input = numbers.array(plan.inputShape, around: 0, within: 1)
    for session in work.sessions {
      _ = session.input.update(fromContentsOf: input.scalars)
      session.run()
      try Self.check(session.output())
    }
  }

  private static func check(_ output: UnsafeBufferPointer<Float>) throws(EngineError) {
    guard output.allSatisfy({ $0.isFinite && !$0.isSubnormal }), output.contains(where: { $0 != 0 }) else {
      throw EngineError("with random weights the answer is infinite, denormal or zero: its time would mean nothing")
    }
  }

  /// Runs for about so many seconds, at least three times.
  public func measure(seconds: Double) -> Benchmark {
    let times =
      switch work {
      case .image(let session): Self.times(seconds) { session.run() }
      case .batch(let count, let streams): Self.times(seconds) { streams.deal(count) { session, _ in session.run() } }
      case .streams(let streams): Self.times(seconds, streams)
      }
    let isSideBySide = if case .streams = work { true } else { false }
    let sessions = work.sessions
    let batch = if case .batch(let count, _) = work { count } else { 1 }
    return Benchmark(
      threads: batch > 1 ? sessions.count : sessions[0].plan.threads, streams: isSideBySide ? sessions.count : 1,
      batch: batch, multiplyAdds: multiplyAdds, plannedBytes: plannedBytes, times: times.sorted())
  }

  /// Of all streams.
  private static func times(_ seconds: Double, _ streams: Streams) -> [Double] {
    let count = streams.sessions.count
    let lists = UnsafeMutablePointer<[Double]>.allocate(capacity: count)
    lists.initialize(repeating: [], count: count)
    defer { lists.deinitialize(count: count).deallocate() }
    streams.forEach { session in
      guard let i = streams.sessions.firstIndex(where: { $0 === session }) else { return }
      lists[i] = times(seconds) { session.run() }
    }
    return UnsafeBufferPointer(start: lists, count: count).flatMap { $0 }
  }

  private static func times(_ seconds: Double, _ run: () -> Void) -> [Double] {
    var times: [Double] = []
    let end = Machine.seconds + seconds
    var before = Machine.seconds
    repeat {
      run()
      let now = Machine.seconds
      times.append(now - before)
      before = now
    } while times.count < 3 || (before < end && times.count < 1_000_000)
    return times
  }
}
