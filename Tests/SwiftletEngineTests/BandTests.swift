import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Depthwise convolutions that read maps while they are made, band by band.
@Suite struct BandTests {
  struct Case: CustomTestStringConvertible {
    var input: Shape
    /// Of the convolution that makes the map, its channels and activation.
    var source: Window
    var channels: Int
    var activation: @Sendable (Tensor) -> Tensor = { $0.relu6 }
    /// Of the depthwise one.
    var window: Window
    var testDescription: String { "\(input): \(source) to \(channels) channels, then \(window)" }
  }

  static let cases = [
    Case(input: [1, 16, 24, 28], source: Window(1), channels: 96, window: Window(3, stride: 2, pad: 1)),
    Case(input: [1, 24, 23, 21], source: Window(1), channels: 40, window: Window(3, pad: 1)),
    Case(
      input: [1, 12, 19, 30], source: Window(1), channels: 20, activation: { $0.silu }, window: Window(5, pad: 2)),
    Case(input: [1, 16, 30, 17], source: Window(1), channels: 33, window: Window(5, stride: 2, pad: 2)),
    Case(
      input: [1, 3, 45, 50], source: Window(3, stride: 2, pad: 1), channels: 32, activation: { $0.hardSwish },
      window: Window(3, pad: 1)),
    Case(input: [1, 3, 41, 43], source: Window(7, stride: 2), channels: 24, window: Window(7, pad: 3)),
    Case(input: [1, 8, 26, 26], source: Window(5, stride: 2, pad: 2), channels: 40, window: Window(3, pad: 3)),
    Case(
      input: [1, 16, 22, 18], source: Window(1, stride: 2), channels: 48,
      window: Window([3, 3], strides: [1, 2], pads: Pads(top: 2, bottom: 4), dilations: [2, 1])),
    Case(input: [1, 16, 20, 20], source: Window(1), channels: 32, window: Window(1, stride: 2)),
    Case(input: [1, 16, 20, 20], source: Window(1), channels: 32, window: Window([2, 3], strides: [3, 3])),
    Case(input: [1, 16, 9, 12], source: Window(1), channels: 64, window: Window([9, 12])),
  ]

  private static func convolved(_ x: Tensor, _ name: String, _ conv: Conv, _ outs: Int) -> Tensor {
    let filter = x.parameter(name, Shape([outs, x.channels / conv.group] + conv.window.kernel))
    return x.apply(conv, filter, x.parameter(name + ".bias", [outs]))
  }

  private static func graph(_ item: Case, averages: Bool) throws -> Graph {
    try Graph(input: item.input) { x in
      let map = item.activation(convolved(x, "source", Conv(item.source), item.channels))
      let y = convolved(map, "depthwise", Conv(item.window, group: item.channels), item.channels).silu
      return averages ? [y, y.globalAveragePooled] : [y]
    }
  }

  private static func tuning(_ set: InstructionSet, bandBytes: Int) -> Tuning {
    var tuning = Tuning(for: set)
    (tuning.bandBytes, tuning.winogradChannels) = (bandBytes, 4096)
    return tuning
  }

  /// In bands of one row and of some, the same bits as from the whole map, whoever makes which rows.
  @Test(arguments: cases, [false, true]) func answersAreThoseOfTheWholeMap(_ item: Case, _ averages: Bool) throws {
    let graph = try Self.graph(item, averages: averages)
    let (weights, input) = (Rule(gain: 1).weights(for: graph), Rule().input(item.input))
    let truths = try graph.interpretInDouble(input, weights)
    for set in InstructionSet.available {
      let whole = try Session(Plan(graph, instructionSet: set, tuning: Self.tuning(set, bandBytes: 1 << 30)), weights)
      let expected = try whole.run(input)
      for (answer, truth) in zip(expected, truths) { #expect(answer.relativeError(to: truth) < 3e-6) }
      for (bytes, threads) in [(4096, 1), (4096, 2), (4096, 7), (9000, 1), (9000, 3)] {
        let plan = try Plan(
          graph, instructionSet: set, tuning: Self.tuning(set, bandBytes: bytes), threads: threads)
        #expect(plan.stepTitles.contains { $0.kernel.contains(" → depthwise") })
        let session = try Session(plan, weights)
        for run in 1...3 {
          #expect(try session.run(input) == expected, "run \(run), \(bytes) bytes, \(threads) threads on \(set)")
        }
      }
    }
  }

  /// Maps that others read as well are made as a whole; so are small ones, and those that weights would have to be read again for.
  @Test func onlyWhereItIsWorthIt() throws {
    let shape = Shape([1, 16, 24, 24])
    #expect(try Self.isInBands(shape) { _, y in [y] })
    #expect(try !Self.isInBands(shape) { map, y in [y, map] })
    #expect(try !Self.isInBands(shape) { map, y in [y * map] })
    #expect(try !Self.isInBands(shape) { map, y in [concat(y, map)] })
    #expect(try !Self.isInBands([2, 16, 24, 24]) { _, y in [y] })
    let (half, filter) = (2 * 24 * 24 * 48, 16 * 48)
    #expect(try Self.isInBands(shape, { $0.bandBytes = half }) { _, y in [y] })
    #expect(try !Self.isInBands(shape, { $0.bandBytes = half + 1 }) { _, y in [y] })
    #expect(try Self.isInBands(shape, { $0.farFloats = filter }) { _, y in [y] })
    #expect(try !Self.isInBands(shape, { $0.farFloats = filter - 1 }) { _, y in [y] })
  }

  /// - Parameter outputs: of the map and what a depthwise convolution makes of it.
  private static func isInBands(
    _ input: Shape, _ change: (inout Tuning) -> Void = { _ in }, outputs: (_ map: Tensor, _ y: Tensor) -> [Tensor]
  ) throws -> Bool {
    let graph = try Graph(input: input) { x in
      let map = convolved(x, "source", Conv(Window(1)), 48).relu
      return outputs(map, convolved(map, "depthwise", Conv(Window(3, pad: 1), group: 48), 48))
    }
    var tuning = tuning(try .preferred(), bandBytes: 16 << 10)
    change(&tuning)
    return try Plan(graph, tuning: tuning).stepTitles.contains {
      $0.kernel.contains(" → depthwise") && $0.reason.contains("in bands of ")
    }
  }

  static let stems = [
    Window(3, stride: 2, pad: 1), Window(7, stride: 2, pad: 3), Window(3, pad: 1), Window(4, stride: 3, pad: 2),
    Window([2, 5], strides: [3, 1], pads: Pads(top: 4, bottom: 1, right: 3), dilations: [2, 1]),
  ]

  /// Images with zeros around them exist in bands alone, of one row or of more.
  @Test(arguments: stems, [1, 3]) func stemsMakeTheirZeros(_ window: Window, _ channels: Int) throws {
    let shape = Shape([3, channels, 29, 31])
    let graph = try Graph(input: shape) { [Self.convolved($0, "stem", Conv(window), 24).relu] }
    let (weights, input) = (Rule(gain: 1).weights(for: graph), Rule().input(shape))
    let truth = try graph.interpretInDouble(input, weights)[0]
    for set in InstructionSet.available {
      var answers: [NDArray] = []
      for (floats, threads) in [(4096, 1), (1, 1), (1, 2), (500, 5), (1 << 30, 2)] {
        var tuning = Tuning(for: set)
        tuning.imageFloats = floats
        let plan = try Plan(graph, instructionSet: set, tuning: tuning, threads: threads)
        #expect(!plan.stepTitles.contains { $0.kernel == "pad" })
        let session = try Session(plan, weights)
        answers += try (1...2).map { _ in try session.run(input)[0] }
      }
      #expect(answers[0].relativeError(to: truth) < 2e-6)
      #expect(answers.allSatisfy { $0 == answers[0] })
    }
  }

  /// What is read between is not overwritten in its place meanwhile.
  @Test func inputsStay() throws {
    let graph = try Graph(input: [1, 3, 24, 24]) { x in
      let y = Self.convolved(x, "first", Conv(Window(1)), 16).relu
      let map = Self.convolved(y, "source", Conv(Window(1)), 48).relu
      let other = y.tanh
      return [Self.convolved(map, "depthwise", Conv(Window(3, pad: 1), group: 48), 48), other]
    }
    let (weights, input) = (Rule(gain: 1).weights(for: graph), Rule().input([1, 3, 24, 24]))
    let truths = try graph.interpret(input, weights)
    for set in InstructionSet.available {
      let plan = try Plan(graph, instructionSet: set, tuning: Self.tuning(set, bandBytes: 4096))
      for (answer, truth) in zip(try Session(plan, weights).run(input), truths) {
        #expect(answer.relativeError(to: truth) < 3e-6)
      }
    }
  }

  /// The map takes no memory but for the bands.
  @Test func takesLessMemory() throws {
    let graph = try Graph(input: [1, 8, 64, 64]) { x in
      let map = Self.convolved(x, "source", Conv(Window(1)), 128).relu
      return [Self.convolved(map, "depthwise", Conv(Window(3, stride: 2, pad: 1), group: 128), 128)]
    }
    let set = try InstructionSet.preferred()
    func bytes(_ bandBytes: Int, threads: Int = 1) throws -> Int {
      try Plan(graph, tuning: Self.tuning(set, bandBytes: bandBytes), threads: threads).arenaBytes
    }
    let map = 4 * 128 * 64 * 64
    #expect(try bytes(1 << 30) > map)
    #expect(try bytes(256 << 10) < map)
    #expect(try bytes(256 << 10, threads: 2) - bytes(256 << 10) <= 256 << 10)
  }
}
