public import SwiftletGraph
import SwiftletAnalysis
import SwiftletEngine

/// A network ready to be measured, once or again and again.
public final class Stopwatch {
  private let session: Session
  private let multiplyAdds: Int
  private let plannedBytes: Int

  /// Packs random weights and runs once.
  /// - Throws: `EngineError` when memory does not suffice or the answer is not fit for measuring.
  public init(_ graph: Graph, threads: Int) throws {
    let plan = try Plan(graph, threads: threads)
    multiplyAdds = graph.multiplyAdds + graph.productMultiplyAdds
    plannedBytes = plan.constantBytes + plan.arenaBytes + 4 * plan.inputShape.elementCount
    guard plannedBytes < Machine.memory else {
      throw EngineError("a run needs \(plannedBytes >> 20) MiB of memory, the machine has \(Machine.memory >> 20)")
    }
    session = try Session(plan, .random(for: graph))
    var numbers = RandomNumbers(seed: 0, name: "input")
    let input = numbers.array(plan.inputShape, around: 0, within: 1)
    _ = session.input.update(fromContentsOf: input.scalars)
    session.run()
    try Self.check(session.output())
  }

  private static func check(_ output: UnsafeBufferPointer<Float>) throws(EngineError) {
    guard output.allSatisfy({ $0.isFinite && !$0.isSubnormal }), output.contains(where: { $0 != 0 }) else {
      throw EngineError("with random weights the answer is infinite, denormal or zero: its time would mean nothing")
    }
  }

  /// Runs for about so many seconds, at least three times.
  public func measure(seconds: Double) -> Benchmark {
    var times: [Double] = []
    let end = Machine.seconds + seconds
    var before = Machine.seconds
    repeat {
      session.run()
      let now = Machine.seconds
      times.append(now - before)
      before = now
    } while times.count < 3 || (before < end && times.count < 1_000_000)
    return Benchmark(
      threads: session.plan.threads, batch: session.plan.inputShape[0], multiplyAdds: multiplyAdds,
      plannedBytes: plannedBytes, times: times.sorted())
  }
}
