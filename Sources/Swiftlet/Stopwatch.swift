public import SwiftletGraph
import SwiftletAnalysis
public import SwiftletEngine

/// A network ready to be measured, once or again and again.
public final class Stopwatch {
  private let streams: Streams?
  private let session: Session
  private let multiplyAdds: Int
  private let plannedBytes: Int

  /// Packs random weights and runs once.
  /// - Parameter streams: sessions side by side; more than one have one thread each.
  /// - Throws: `EngineError` when memory does not suffice or the answer is not fit for measuring.
  public init(_ graph: Graph, threads: Int, streams count: Int = 1, precision: Precision = .exact) throws {
    let plan = try Plan(graph, precision: precision, threads: count > 1 ? 1 : threads)
    multiplyAdds = graph.multiplyAdds + graph.productMultiplyAdds
    plannedBytes = plan.constantBytes + count * (plan.arenaBytes + 4 * plan.inputShape.elementCount)
    guard plannedBytes < Machine.memory else {
      throw EngineError("a run needs \(plannedBytes >> 20) MiB of memory, the machine has \(Machine.memory >> 20)")
    }
    streams = count > 1 ? try Streams(plan, .random(for: graph), count: count) : nil
    session = try streams?.sessions[0] ?? Session(plan, .random(for: graph))
    var numbers = RandomNumbers(seed: 0, name: "input")
    let input = numbers.array(plan.inputShape, around: 0, within: 1)
    for session in streams?.sessions ?? [session] {
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
    var times = [Double]()
    if let streams {
      let lists = UnsafeMutableBufferPointer<[Double]>.allocate(capacity: streams.sessions.count)
      lists.initialize(repeating: [])
      streams.forEach { session in
        guard let i = streams.sessions.firstIndex(where: { $0 === session }) else { return }
        lists[i] = Self.times(of: session, seconds: seconds)
      }
      times = lists.flatMap { $0 }
      lists.deinitialize()
      lists.deallocate()
    } else {
      times = Self.times(of: session, seconds: seconds)
    }
    return Benchmark(
      threads: session.plan.threads, streams: streams?.sessions.count ?? 1, batch: session.plan.inputShape[0],
      multiplyAdds: multiplyAdds, plannedBytes: plannedBytes, times: times.sorted())
  }

  private static func times(of session: Session, seconds: Double) -> [Double] {
    var times: [Double] = []
    let end = Machine.seconds + seconds
    var before = Machine.seconds
    repeat {
      session.run()
      let now = Machine.seconds
      times.append(now - before)
      before = now
    } while times.count < 3 || (before < end && times.count < 1_000_000)
    return times
  }
}
