import SwiftletEngine
public import SwiftletGraph
import SwiftletZoo

/// How long each step of a network takes, on one thread, with random weights.
public struct Profile: Sendable {
  public struct Step: Sendable {
    /// Where the network wrote what the step computes; empty for copies and conversions.
    public var name: String
    /// The kernel that the planner chose.
    public var kernel: String
    public var multiplyAdds: Int
    /// Seconds of the fastest of all runs.
    public var seconds: Double
    /// 10⁹ floating-point operations a second, two for each multiply-add that a direct kernel would need.
    public var gigaflops: Double { 2e-9 * Double(multiplyAdds) / seconds }
  }

  public var steps: [Step]
  public var runs: Int
  /// The sum of all steps.
  public var seconds: Double { steps.reduce(0) { $0 + $1.seconds } }

  /// Measures for about so many seconds, at least three runs.
  public init(_ graph: Graph, seconds: Double) throws {
    let plan = try Plan(graph)
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
    self.runs = runs
    steps = zip(plan.stepTitles, best).map { title, time in
      Step(name: title.name, kernel: title.kernel, multiplyAdds: title.multiplyAdds, seconds: time)
    }
  }
}
