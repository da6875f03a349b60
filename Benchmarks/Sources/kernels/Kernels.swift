import ArgumentParser
import Swiftlet

@main struct Kernels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels", abstract: "Measure kernels: sizes × instruction sets, beside the peaks of the machine.",
    discussion: """
      Each case is a network of one operator. Its answer is compared with the operator's reference implementation before it is timed; \
      a wrong one ends the run, and has no time. Copies into another layout are not counted.
      """)

  @Option(help: "Only cases whose names contain this, as in 'depthwise 3×3'.")
  var filter = ""
  @Option(help: "Only this instruction set: baseline, avx2 or avx512.")
  var set: String?
  @Option(help: "Seconds to measure each case on each instruction set.")
  var seconds = 0.1
  @Option(help: "A page whose table between '<!-- kernels' marks is replaced.")
  var page: String?
  @Flag(help: "Print JSON.")
  var json = false
  private static let rounds = 7

  func validate() throws {
    guard seconds > 0, seconds <= 60 else { throw ValidationError("--seconds is \(seconds); expected 0 to 60") }
    guard set == nil || !sets.isEmpty else {
      let known = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--set is '\(set ?? "")'; this machine runs \(known)")
    }
  }

  private var sets: [InstructionSet] { InstructionSet.available.filter { set == nil || $0.rawValue == set } }

  func run() throws {
    let cases = allCases.filter { filter.isEmpty || $0.name.contains(filter) }
    guard !cases.isEmpty else { throw ValidationError("no case's name contains '\(filter)'") }
    var contests: [(set: Int, contest: Contest)] = []
    for item in cases {
      let trial = Trial(item)
      for i in sets.indices { contests.append((i, try trial.contest(sets[i]))) }
    }
    // In rounds, each beside the peak of the moment: neighbours on the machine and the clock's changes disturb both alike.
    var peaks = try sets.map { try MachinePeaks(instructionSet: $0) }
    for _ in 0..<Self.rounds {
      for entry in contests {
        let before = try peaks[entry.set].measureAgain()
        entry.contest.measure(seconds: seconds / Double(Self.rounds))
        entry.contest.endRound(peak: max(before, try peaks[entry.set].measureAgain()))
      }
    }
    let measurements = contests.map { $0.contest.result(peaks[$0.set]) }
    let report = Report(
      processor: Machine.processorName ?? "unknown processor", peaks: peaks.map(Report.Peaks.init),
      measurements: measurements)
    if let page {
      try report.write(to: page, command: CommandLine.arguments.dropFirst().reduce("kernels") { "\($0) \($1)" })
    }
    print(try json ? report.json : report.text)
  }
}

extension MachinePeaks {
  /// The peak of multiply-adds now; the best one is kept.
  fileprivate mutating func measureAgain() throws -> Double {
    let now = try Self.gigaflops(instructionSet: instructionSet, threads: threads)
    self = MachinePeaks(
      instructionSet: instructionSet, threads: threads, gigaflops: max(gigaflops, now), levels: levels)
    return now
  }
}
