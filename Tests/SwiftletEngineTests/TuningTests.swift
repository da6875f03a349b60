import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Thresholds decide which kernels run, never what is right.
@Suite(.serialized) struct TuningTests {
  /// All thresholds as low and as high as they may be, and at random between.
  static let odd = [lowest, highest] + (0..<6).map { random(UInt64($0)) }
  static let lowest = every { $0.lowerBound }
  static let highest = every { $0.upperBound }

  static func every(_ value: (ClosedRange<Int>) -> Int) -> Tuning {
    var tuning = Tuning(for: InstructionSet.available.last!)
    for field in Tuning.fields { tuning[keyPath: field.path] = value(field.range) }
    return tuning
  }

  /// Small numbers are as likely as large ones.
  static func random(_ seed: UInt64) -> Tuning {
    var random = Random(seed: seed)
    return every { range in
      let bits = Int.random(in: 0...range.upperBound.bitWidth - range.upperBound.leadingZeroBitCount, using: &random)
      return min(max(Int.random(in: 0...1 << bits, using: &random), range.lowerBound), range.upperBound)
    }
  }

  static let names =
    PromiseTests.names + ["repvgg_a0", "densenet121", "condensenet_74_g8", "googlenet"]

  @Test(arguments: names) func answersStayRight(_ name: String) throws {
    let graph = try PromiseTests.model(name).graph(size: (64, 96), classes: 10)
    let (weights, input) = (Rule(gain: 1).weights(for: graph), Rule(salt: "1").input([1, 3, 64, 96]))
    let truth = try graph.interpretInDouble(input, weights)[0]
    for (tuning, set) in Self.odd.flatMap({ tuning in InstructionSet.available.map { (tuning, $0) } }) {
      let alone = try Session(Plan(graph, instructionSet: set, tuning: tuning), weights).run(input)[0]
      #expect(alone.relativeError(to: truth) < 1e-5, "\(tuning) on \(set)")
      let together = try PromiseTests.answer(name, [7, 1], set, tuning, threads: 3)
      #expect(Array(together.scalars[10..<20]) == alone.scalars, "\(tuning) on \(set)")
    }
  }

  @Test(arguments: allOps.map { $0.name }, [lowest, highest])
  func operatorsStayRight(_ name: String, _ tuning: Tuning) throws {
    for sample in allOps.first(where: { $0.name == name })!.samples {
      let arrays = sample.arrays(seed: 7)
      let graph = try Graph(input: sample.inputs[0]) { x in
        let others = sample.inputs.dropFirst().enumerated().map { i, shape in x.parameter("p\(i)", shape) }
        return [x.builder.add(sample.op, [x] + others)]
      }
      var weights = Weights(source: "sample")
      for (i, array) in arrays.dropFirst().enumerated() { weights.add("p\(i)", array.shape) { array } }
      for set in InstructionSet.available {
        let session = try Session(Plan(graph, instructionSet: set, tuning: tuning, threads: 3), weights)
        let error = try session.run(arrays[0])[0].relativeError(to: sample.op.reference(arrays))
        #expect(error < 2e-6, "\(sample.op) \(sample.inputs) on \(set)")
      }
    }
  }

  @Test func plansFollowTheTable() throws {
    let graph = try Graph(input: [1, 32, 28, 28]) { x in [x.scoped("conv", Conv2D(64, 3, bias: true))] }
    func kernel(_ change: (inout Tuning) -> Void) throws -> StepTitle {
      let set = try InstructionSet.preferred()
      var tuning = Tuning(for: set)
      change(&tuning)
      let plan = try Plan(graph, tuning: tuning)
      #expect(plan.tuning == tuning)
      return try #require(plan.stepTitles.first { $0.multiplyAdds > 0 })
    }
    let usual = try kernel { _ in }
    #expect(usual.kernel == "winograd 3x3" && usual.reason.contains("49 tiles of 4×4"))
    #expect(try kernel { $0.winogradChannels = 32 } == usual)
    let direct = try kernel { $0.winogradChannels = 33 }
    #expect(direct.kernel.hasPrefix("tile") && direct.reason.contains("fewer than 33 channels"))
    let heavy = try kernel { ($0.winogradWeightBytes, $0.winogradSharingTiles) = (1000, 50) }
    #expect(heavy.kernel == usual.kernel && heavy.reason.contains("196 tiles of 2×2"), "it has fewer weights")
    let heavier = try kernel { ($0.winogradWeightBytes, $0.winogradSharingTiles) = (1000, 197) }
    #expect(heavier.kernel.hasPrefix("tile") && heavier.reason.contains("too few tiles"))
    let small = try kernel { $0.winogradGroupBytes = 4096 }
    #expect(small.kernel == usual.kernel && small.reason != usual.reason, "more groups")
  }

  @Test func plansOfProductsFollowTheTable() throws {
    let graph = try Graph(input: [1, 256, 14, 14]) { x in [x.scoped("conv", Conv2D(256, 1, bias: true))] }
    func step(_ change: (inout Tuning) -> Void) throws -> StepTitle {
      var tuning = Tuning(for: try .preferred())
      change(&tuning)
      return try #require(try Plan(graph, tuning: tuning).stepTitles.first { $0.multiplyAdds > 0 })
    }
    let usual = try step { _ in }
    #expect(usual.kernel == "strassen" && usual.reason.hasSuffix("98 pairs of pixels"))
    #expect(try step { $0.strassenChannels = 256 } == usual)
    #expect(try step { $0.strassenChannels = 257 }.reason.contains("fewer than 257 channels"))
    #expect(try step { $0.strassenPixels = 196 } == usual)
    #expect(try step { $0.strassenPixels = 197 }.reason.contains("fewer than 197 pixels"))
    #expect(try step { $0.strassenValues = 50176 } == usual)
    #expect(try step { $0.strassenValues = 50177 }.reason.contains("fewer than 50177 values"))
  }

  /// Without a table a plan takes that of its instruction set.
  @Test(arguments: InstructionSet.available) func theUsualTable(_ set: InstructionSet) throws {
    let graph = try Graph(input: [1, 3, 8, 8]) { [$0.relu] }
    #expect(try Plan(graph, instructionSet: set).tuning == Tuning(for: set))
    for (field, value) in zip(Tuning.fields, Tuning(for: set).values) { #expect(field.range.contains(value)) }
    #expect(Set(Tuning.fields.map(\.name)).count == Tuning.fields.count)
    #expect(Tuning.fields.count == Mirror(reflecting: Tuning(for: set)).children.count)
  }
}
