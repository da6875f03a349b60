import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Convolutions by transforms: every window, whatever the map, its borders, and what follows.
@Suite struct WinogradTests {
  static let windows =
    [[3, 3], [5, 5], [1, 3], [3, 1], [1, 5], [5, 1], [1, 7], [7, 1]].map { Window($0) } + [Window(3, stride: 2)]

  static func graph(_ window: Window, _ pads: Pads, _ size: [Int], batch: Int = 1, outs: Int = 40) throws -> Graph {
    try Graph(input: [batch, 36, size[0], size[1]]) { x in
      [
        x.apply(
          Conv(Window(window.kernel, strides: window.strides, pads: pads)),
          x.parameter("w", Shape([outs, 36] + window.kernel)), x.parameter("b", [outs]))
      ]
    }
  }

  /// A map whose outputs are so many, with zeros that keep a map of stride 1 as large.
  static func size(_ outputs: [Int], _ window: Window) -> [Int] {
    [outputs[0] * window.strides[0], outputs[1] * window.strides[1]]
  }

  static func kernel(_ plan: Plan) -> String { plan.stepTitles.first { $0.multiplyAdds > 0 }?.kernel ?? "" }

  /// Maps around the sizes of tiles, with zeros on either side, on one, or on none.
  @Test(arguments: windows, InstructionSet.available)
  func anyMapAndBorder(_ window: Window, _ set: InstructionSet) throws {
    let kernel = window.kernel
    let same = Pads(kernel[0] / 2, kernel[1] / 2)
    var transformed = 0
    for pads in [same, .none, Pads(top: kernel[0] - 1), Pads(left: 9, bottom: 2)] {
      for outputs in [[18, 18], [9, 20], [17, 8], [12, 13]] {
        let size = Self.size(outputs, window)
        let graph = try Self.graph(window, pads, size)
        let (input, weights) = (Rule().input(Shape([1, 36] + size)), Rule().weights(for: graph))
        let plan = try Plan(graph, instructionSet: set)
        let error = try Session(plan, weights).run(input)[0].relativeError(to: graph.interpret(input, weights)[0])
        #expect(error < 2e-6, "\(pads) \(size)")
        transformed += Self.kernel(plan) == "winograd \(kernel[0])x\(kernel[1])" ? 1 : 0
      }
    }
    #expect(transformed >= 4, "few maps are refused")
  }

  /// Activations in the transform and after it, shortcuts, and batches.
  @Test(arguments: windows, InstructionSet.available)
  func whatFollows(_ window: Window, _ set: InstructionSet) throws {
    let kernel = window.kernel
    let same = Pads(kernel[0] / 2, kernel[1] / 2)
    let size = Self.size([14, 16], window)
    let graph = try Graph(input: [2, 32, size[0], size[1]]) { x in
      func convolved(_ x: Tensor, _ name: String) -> Tensor {
        x.apply(
          Conv(Window(kernel, strides: window.strides, pads: same)), x.parameter(name, Shape([32, 32] + kernel)))
      }
      let a = convolved(x, "a").relu
      // Maps of stride 1 stay as large: each convolution reads the one before.
      if window.strides == [1, 1] {
        let b = (convolved(a, "b") + x).relu
        return [convolved(b, "c").hardSwish + a, b]
      }
      let b = (convolved(x, "b") + x.apply(MaxPool(Window([1, 1], strides: window.strides)))).relu
      return [convolved(x, "c").hardSwish + a, b]
    }
    let (input, weights) = (Rule().input(Shape([2, 32] + size)), Rule(gain: 1).weights(for: graph))
    let plan = try Plan(graph, instructionSet: set)
    #expect(plan.stepTitles.count { $0.kernel.hasPrefix("winograd \(kernel[0])x\(kernel[1])") } == 3)
    let truth = try graph.interpret(input, weights)
    for (answer, truth) in zip(try Session(plan, weights).run(input), truth) {
      #expect(answer.relativeError(to: truth) < 4e-6)
    }
  }

  /// Few tiles and many, in groups of any size.
  @Test(arguments: windows, InstructionSet.available)
  func sameBitsForAnyThreadsAndBatchMates(_ window: Window, _ set: InstructionSet) throws {
    let same = Pads(window.kernel[0] / 2, window.kernel[1] / 2)
    for outputs in [[8, 8], [17, 19]] {
      let size = Self.size(outputs, window)
      var tuning = Tuning(for: set)
      tuning.winogradGroupBytes = 64 << 10
      func answer(_ salts: [Int], threads: Int) throws -> [Float] {
        let graph = try Self.graph(window, same, size, batch: salts.count, outs: 96)
        let plan = try Plan(graph, instructionSet: set, tuning: tuning, threads: threads)
        let images = salts.flatMap { Rule(salt: "\($0)").input(Shape([1, 36] + size)).scalars }
        let session = try Session(plan, Rule().weights(for: graph))
        return try session.run(NDArray(Shape([salts.count, 36] + size), images))[0].scalars
      }
      let alone = try answer([1], threads: 1)
      for threads in [2, 3, 5] { #expect(try answer([1], threads: threads) == alone) }
      for threads in [1, 2] {
        #expect(try Array(answer([7, 1, 3], threads: threads)[alone.count..<2 * alone.count]) == alone)
      }
    }
  }

  /// F(2, 3), where the weights of F(4, 3) are too many for its tiles: any map and border, threads and batch mates.
  @Test(arguments: InstructionSet.available) func fewTilesOfManyWeights(_ set: InstructionSet) throws {
    var tuning = Tuning(for: set)
    (tuning.winogradWeightBytes, tuning.winogradSharingTiles) = (0, 36)
    for pads in [Pads(1, 1), .none, Pads(top: 2), Pads(left: 9, bottom: 2)] {
      for size in [[18, 18], [15, 20], [17, 12], [13, 13]] {
        func run(_ salts: [Int], threads: Int) throws -> (answer: NDArray, truth: NDArray) {
          let shape = Shape([salts.count, 36] + size)
          let graph = try Self.graph(Window(3), pads, size, batch: salts.count)
          let plan = try Plan(graph, instructionSet: set, tuning: tuning, threads: threads)
          #expect(plan.stepTitles.contains { $0.kernel.hasPrefix("winograd") && $0.reason.contains("tiles of 2×2") })
          let input = NDArray(shape, salts.flatMap { Rule(salt: "\($0)").input(Shape([1, 36] + size)).scalars })
          let weights = Rule().weights(for: graph)
          return try (Session(plan, weights).run(input)[0], graph.interpret(input, weights)[0])
        }
        let alone = try run([1], threads: 1)
        #expect(alone.answer.relativeError(to: alone.truth) < 2e-6, "\(pads) \(size)")
        for threads in [2, 3] { #expect(try run([1], threads: threads).answer.scalars == alone.answer.scalars) }
        let count = alone.answer.scalars.count
        #expect(try Array(run([7, 1], threads: 2).answer.scalars[count...]) == alone.answer.scalars)
      }
    }
  }

  /// One group's tiles are dealt to threads where its panels are few or uneven, else the panels: the same bits either way.
  @Test(arguments: [40, 320], InstructionSet.available)
  func threadsShareOneGroup(_ outs: Int, _ set: InstructionSet) throws {
    let graph = try Self.graph(Window(3), Pads(1, 1), [18, 18], outs: outs)
    let (input, weights) = (Rule().input([1, 36, 18, 18]), Rule().weights(for: graph))
    func run(_ threads: Int) throws -> (reason: String, answer: NDArray) {
      let plan = try Plan(graph, instructionSet: set, threads: threads)
      let reason = plan.stepTitles.first { $0.kernel.hasPrefix("winograd") && $0.multiplyAdds > 0 }?.reason ?? ""
      return (reason, try Session(plan, weights).run(input)[0])
    }
    let alone = try run(1)
    #expect(alone.reason.contains(" 1 groups"))
    #expect(alone.answer.relativeError(to: try graph.interpret(input, weights)[0]) < 2e-6)
    for threads in [2, 3] {
      let together = try run(threads)
      if threads == 2 { #expect(together.reason.contains(outs == 40 ? " 2 groups" : " 1 groups")) }
      #expect(together.answer.scalars == alone.answer.scalars)
    }
  }

  /// All threads transform every group and share panels, where groups would come out uneven: the same bits, also of a run of one thread.
  @Test(arguments: InstructionSet.available) func threadsSharePanelsOfGroups(_ set: InstructionSet) throws {
    var shared = 0
    let graph = try Self.graph(Window(3), Pads(1, 1), [18, 38], outs: 320)
    let (input, weights) = (Rule().input([1, 36, 18, 38]), Rule().weights(for: graph))
    for kilobytes in [96, 192, 256] {
      var tuning = Tuning(for: set)
      tuning.winogradGroupBytes = kilobytes << 10
      let alone = try Session(Plan(graph, instructionSet: set, tuning: tuning), weights).run(input)[0].scalars
      for threads in [2, 3] {
        let plan = try Plan(graph, instructionSet: set, tuning: tuning, threads: threads)
        let reason = plan.stepTitles.first { $0.kernel.hasPrefix("winograd") && $0.multiplyAdds > 0 }?.reason ?? ""
        shared += reason.contains("threads share panels") && !reason.contains(" 1 groups") ? 1 : 0
        let session = try Session(plan, weights)
        for _ in 1...3 { #expect(try session.run(input)[0].scalars == alone, "\(reason)") }
      }
    }
    #expect(shared > 0, "some plans do")
  }

  /// Other windows, strides and dilations have no transform, and strict plans use none.
  @Test func whatHasNone() throws {
    for window in [
      Window(7, pad: 3), Window([1, 9]), Window([3, 5]), Window(3, stride: 3), Window(5, stride: 2),
      Window([1, 3], strides: [1, 2]),
      Window([3, 3], strides: [1, 2]), Window([3, 1], strides: [2, 2]), Window(5, dilation: 2),
    ] {
      let graph = try Graph(input: [1, 32, 20, 20]) { x in
        [x.apply(Conv(window), x.parameter("w", Shape([32, 32] + window.kernel)))]
      }
      #expect(try Self.kernel(Plan(graph)).hasPrefix("tile"), "\(window)")
    }
    for window in Self.windows {
      let graph = try Self.graph(window, .none, Self.size([18, 18], window))
      let step = try Plan(graph, precision: .strict).stepTitles.first { $0.multiplyAdds > 0 }
      #expect(step?.kernel.hasPrefix("tile") == true && step?.reason.contains("sums are to be direct") == true)
    }
  }
}
