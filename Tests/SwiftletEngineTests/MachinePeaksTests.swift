import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import Testing
import _SwiftletTestSupport

/// Peaks are measured, and what follows from them is arithmetic.
@Suite(.serialized) struct MachinePeaksTests {
  @Test(arguments: InstructionSet.available) func measures(_ set: InstructionSet) throws {
    let peaks = try MachinePeaks(instructionSet: set)
    #expect(peaks.instructionSet == set && peaks.threads == 1)
    #expect((0.5...1000).contains(peaks.gigaflops))
    #expect(peaks.levels.map(\.name).last == "DRAM" && peaks.levels.count >= 2)
    for (near, far) in zip(peaks.levels, peaks.levels.dropFirst()) { #expect(near.bytes < far.bytes) }
    #expect(peaks.levels.allSatisfy { (0.01...10_000).contains($0.bandwidth) })
  }

  @Test func leastSecondsAreTheRoofs() {
    let peaks = MachinePeaks(
      instructionSet: .baseline, threads: 1, gigaflops: 100,
      levels: [
        .init(name: "L1", bytes: 1000, bandwidth: 200), .init(name: "L2", bytes: 10_000, bandwidth: 50),
        .init(name: "DRAM", bytes: .max, bandwidth: 10),
      ])
    #expect([1, 1000, 1001, 10_000, 10_001].map { peaks.level(holding: $0).name } == ["L1", "L1", "L2", "L2", "DRAM"])
    #expect(peaks.leastSeconds(operations: 1_000_000, bytes: 1000) == 1e-5)
    #expect(peaks.leastSeconds(operations: 0, bytes: 100_000) == 1e-5)
    #expect(peaks.leastSeconds(operations: 1, bytes: 5000) == 1e-7)
  }

  /// Sizes of caches where the system tells none.
  @Test func findsCachesInACurve() {
    func curve(_ speeds: [Double]) -> [(bytes: Int, bandwidth: Double)] {
      speeds.enumerated().map { (1 << (13 + $0), $1) }
    }
    let zen = curve([208, 210, 205, 120, 104, 101, 100, 60, 42, 41, 42, 40, 33, 21, 20])
    #expect(cacheSizes(zen) == [32 << 10, 512 << 10, 32 << 20])
    #expect(cacheSizes(curve([100, 99, 98, 97])) == [32 << 10])
    let two = curve([100, 100, 100, 70, 40, 40, 40, 40, 40, 12, 10, 10])
    #expect(cacheSizes(two) == [32 << 10, 2 << 20])
  }

  /// What steps of a network touch: maps as they lie in blocks, weights as they are packed.
  @Test func countsBytesOfSteps() throws {
    let graph = try Graph(input: [1, 20, 6, 7]) { x in
      let y = x.apply(Conv(Window(1)), x.parameter("a", [40, 20, 1, 1]), x.parameter("b", [40]))
      return [concat(y, y.relu)]
    }
    let session = try Session(Plan(graph, instructionSet: .baseline), Rule().weights(for: graph))
    let titles = session.plan.stepTitles
    let convolution = try #require(titles.firstIndex { $0.kernel.hasPrefix("tile") })
    #expect(session.stepBytes[convolution] == 4 * (42 * (32 + 48) + 48 * 21))
    let relu = try #require(titles.firstIndex { $0.kernel == "clamp" })
    #expect(session.stepBytes[relu] == 4 * 42 * (48 + 48))
  }

  @Test func timesStepsOnAllThreads() throws {
    let graph = try Graph(input: [1, 32, 28, 28]) { x in
      [x.apply(Conv(Window(3, pad: 1)), x.parameter("a", [32, 32, 3, 3]))]
    }
    for threads in [1, 3] {
      let session = try Session(Plan(graph, threads: threads), Rule().weights(for: graph))
      let input = Rule().input([1, 32, 28, 28])
      let answer = try session.run(input)
      _ = session.input.update(fromContentsOf: input.scalars)
      for _ in 0..<20 {
        let seconds = session.runTimed()
        #expect(seconds.count == session.plan.stepTitles.count && seconds.allSatisfy { $0 >= 0 })
      }
      #expect(Array(session.output()) == answer[0].scalars)
    }
  }
}

/// A planner's reasons are facts of the convolution.
@Suite struct ReasonTests {
  static func reason(_ conv: Conv, from: Int, to: Int, _ size: Int) throws -> String {
    let graph = try Graph(input: [1, from, size, size]) { x in
      [x.apply(conv, x.parameter("w", [to, from / conv.group, conv.window.kernel[0], conv.window.kernel[1]]))]
    }
    return try Plan(graph).stepTitles.map(\.reason).first { !$0.isEmpty } ?? ""
  }

  @Test func saysWhy() throws {
    let three = Window(3, pad: 1)
    #expect(
      try Self.reason(Conv(three), from: 64, to: 32, 56).hasPrefix("3×3, stride 1, 64 → 32 channels, 56×56: 196 tiles"))
    let least = Tuning(for: try .preferred()).winogradChannels
    #expect(
      try Self.reason(Conv(three), from: least - 1, to: 32, 56)
        .contains("no Winograd, it has fewer than \(least) channels"))
    #expect(try Self.reason(Conv(Window(3, pad: 2, dilation: 2)), from: 32, to: 32, 28).contains("dilation 2"))
    #expect(try Self.reason(Conv(three, group: 2), from: 64, to: 64, 28).contains("2 groups"))
    #expect(try Self.reason(Conv(three, group: 32), from: 32, to: 32, 28).contains("strips of 7"))
    #expect(try Self.reason(Conv(three, group: 32), from: 32, to: 32, 6).contains("strips of 4"))
    #expect(try Self.reason(Conv(three, group: 32), from: 32, to: 32, 3).contains("no strips"))
    #expect(
      try Self.reason(Conv(Window(1)), from: 32, to: 32, 9)
        .hasPrefix("1×1, stride 1, 32 → 32 channels, 9×9: channels in order; no Strassen, "))
  }
}
