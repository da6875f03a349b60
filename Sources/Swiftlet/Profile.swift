public import SwiftletEngine
public import SwiftletGraph
import SwiftletZoo

/// How long each step of a network takes, with random weights, beside what the machine could do at most.
public struct Profile: Sendable {
  public struct Step: Sendable {
    /// Where the network wrote what the step computes; empty for copies and conversions.
    public var name: String
    /// The kernel that the planner chose, and why; the reason is empty where there was no choice.
    public var kernel: String
    public var reason: String
    public var multiplyAdds: Int
    /// Bytes of inputs, outputs and packed weights, every one counted once.
    public var bytes: Int
    /// Seconds of the fastest of all runs.
    public var seconds: Double
    /// Seconds that computing it and reading its bytes must take by the peaks; see `MachinePeaks.leastSeconds`.
    public var leastSeconds: Double
    /// The level of memory that the step's bytes fit in.
    public var level: String

    /// 10⁹ floating-point operations a second, two for each multiply-add that a direct kernel would need.
    public var gigaflops: Double { 2e-9 * Double(multiplyAdds) / seconds }
    /// Floating-point operations for each byte.
    public var intensity: Double { 2 * Double(multiplyAdds) / Double(max(1, bytes)) }
    /// The share of the roof: of what operations and bytes allow at most. Transforms, which need fewer operations than a
    /// direct kernel, can show more than 1.
    public var shareOfRoof: Double { leastSeconds / seconds }
  }

  public var peaks: MachinePeaks
  public var steps: [Step]
  public var runs: Int
  /// The sum of all steps.
  public var seconds: Double { steps.reduce(0) { $0 + $1.seconds } }

  /// Measures for about so many seconds, at least three runs, and the machine's peaks before.
  /// - Throws: `EngineError` when memory does not suffice.
  public init(_ graph: Graph, threads: Int = 1, precision: Precision = .exact, seconds: Double) throws {
    let plan = try Plan(graph, precision: precision, tuning: .ofThisMachine(), threads: threads)
    let peaks = try MachinePeaks(instructionSet: plan.instructionSet, threads: threads)
    let session = try Session(plan, .random(for: graph))
    var numbers = RandomNumbers(seed: 0, name: "input")
    _ = session.input.update(fromContentsOf: numbers.array(plan.inputShape, around: 0, within: 1).scalars)
    session.run()
    var best = [Double](repeating: .infinity, count: plan.stepTitles.count)
    var runs = 0
    let end = Machine.seconds + seconds
    while runs < 3 || Machine.seconds < end {
      for (i, time) in session.runTimed().enumerated() { best[i] = min(best[i], time) }
      runs += 1
    }
    (self.peaks, self.runs) = (peaks, runs)
    steps = plan.stepTitles.indices.map { i in
      let (title, bytes) = (plan.stepTitles[i], session.stepBytes[i])
      return Step(
        name: title.name, kernel: title.kernel, reason: title.reason, multiplyAdds: title.multiplyAdds, bytes: bytes,
        seconds: max(best[i], 1e-9),
        leastSeconds: peaks.leastSeconds(
          operations: (title.isBFloat16 ? 1 : 2) * title.multiplyAdds, bytes: bytes),
        level: peaks.level(holding: bytes).name)
    }
  }
}
