import Swiftlet

/// How fast a kernel is on one instruction set, and what the machine allows.
struct Measurement: Encodable {
  var kind: String
  var size: String
  var instructionSet: String
  /// What the planner took for it.
  var kernel: String
  var multiplyAdds: Int
  var bytes: Int
  var runs: Int
  var bestSeconds: Double
  var medianSeconds: Double
  /// The largest deviation from the reference, relative to its largest value.
  var error: Float
  /// The best time of a round as a share of the peak beside it: the median of all rounds.
  var shareOfPeak: Double
  var leastSeconds: Double

  var bestGigaflops: Double { 2e-9 * Double(multiplyAdds) / bestSeconds }
  var medianGigaflops: Double { 2e-9 * Double(multiplyAdds) / medianSeconds }
  var shareOfRoof: Double { leastSeconds / bestSeconds }
}

/// A kernel whose answer is wrong: it has no time.
struct WrongAnswer: Error, CustomStringConvertible {
  var description: String
}

/// A case with the truth that all instruction sets are held to.
struct Trial {
  let item: KernelCase
  private let arrays: [NDArray]
  private let truth: NDArray
  private static let tolerance: Float = 1e-5

  init(_ item: KernelCase) {
    self.item = item
    arrays = item.checked.enumerated().map { numbers($1, seed: UInt64($0)) }
    truth = item.op.reference(arrays)
  }

  /// Makes it ready to be measured, after the answer has been found right.
  /// - Throws: `WrongAnswer`; `EngineError`.
  func contest(_ set: InstructionSet) throws -> Contest {
    let error = try session(item.checked, set).run(arrays[0])[0].relativeError(to: truth)
    guard error < Self.tolerance else {
      throw WrongAnswer(description: "\(item.name) on \(set): off by \(error), allowed are \(Self.tolerance)")
    }
    let session = try session(item.inputs, set)
    try checkWhole(session, set)
    return try Contest(item, session, error: error)
  }

  /// At full size the reference would be slow: the kernels that every machine has stand for it.
  private func checkWhole(_ session: Session, _ set: InstructionSet) throws {
    let input = numbers(item.inputs[0], seed: 0)
    let answer = try session.run(input)[0]
    guard set != .baseline, item.inputs != item.checked else { return }
    let error = answer.relativeError(to: try self.session(item.inputs, .baseline).run(input)[0])
    guard error < Self.tolerance else {
      throw WrongAnswer(description: "\(item.name) on \(set) at full size: off the baseline's answer by \(error)")
    }
  }

  private func session(_ inputs: [Shape], _ set: InstructionSet) throws -> Session {
    let graph = try KernelCase.graph(item.op, inputs)
    var weights = Weights(source: "random numbers")
    for (i, parameter) in graph.parameters.enumerated() {
      let seed = UInt64(i + 1)
      weights.add(parameter.name, parameter.shape) { numbers(parameter.shape, seed: seed) }
    }
    return try Session(Plan(graph, instructionSet: set, precision: item.precision), weights)
  }
}

/// A case on one instruction set, and the times it had so far.
final class Contest {
  private let item: KernelCase
  private let session: Session
  private let error: Float
  /// Those that are timed: copies into another layout and borders have no name.
  private let steps: [Int]
  private let main: Int
  private var times: [Double] = []
  private var roundStart = 0
  private var shares: [Double] = []

  fileprivate init(_ item: KernelCase, _ session: Session, error: Float) throws {
    (self.item, self.session, self.error) = (item, session, error)
    let titles = session.plan.stepTitles
    steps = titles.indices.filter { !titles[$0].name.isEmpty }
    guard let main = steps.max(by: { titles[$0].multiplyAdds < titles[$1].multiplyAdds }) else {
      throw WrongAnswer(description: "\(item.name): the plan has no step for it")
    }
    self.main = main
  }

  /// Runs for about so many seconds, ten times at least.
  func measure(seconds: Double) {
    let (first, end) = (times.count, Machine.seconds + seconds)
    while times.count < first + 10 || Machine.seconds < end {
      let all = session.runTimed()
      times.append(steps.reduce(0) { $0 + all[$1] })
    }
  }

  /// - Parameter peak: 10⁹ operations a second that multiply-adds reached meanwhile.
  func endRound(peak: Double) {
    let best = times[roundStart...].min() ?? .infinity
    shares.append(2e-9 * Double(session.plan.stepTitles[main].multiplyAdds) / best / peak)
    roundStart = times.count
  }

  func result(_ peaks: MachinePeaks) -> Measurement {
    let (title, bytes, sorted) = (session.plan.stepTitles[main], session.stepBytes[main], times.sorted())
    return Measurement(
      kind: item.kind, size: item.size, instructionSet: peaks.instructionSet.rawValue, kernel: title.kernel,
      multiplyAdds: title.multiplyAdds, bytes: bytes, runs: sorted.count, bestSeconds: sorted[0],
      medianSeconds: sorted[sorted.count / 2], error: error,
      shareOfPeak: shares.sorted()[shares.count / 2],
      leastSeconds: peaks.leastSeconds(operations: 2 * title.multiplyAdds, bytes: bytes))
  }
}
