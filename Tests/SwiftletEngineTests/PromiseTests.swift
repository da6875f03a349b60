import CAllocationCounter
import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// What the engine promises whatever the network.
@Suite(.serialized) struct PromiseTests {
  static let names = [
    "mobilenetv3_small_050", "shufflenet_v2_x0_5", "ghostnet_050", "squeezenet1_1", "mobilevit_xxs",
    "edgenext_xx_small", "mobilevitv2_050",
  ]

  static func model(_ name: String) throws -> Model { try #require(allModels.first { $0.name == name }) }

  /// The answer for `count` images, of which image i is the rule's for salt i.
  static func answer(
    _ name: String, _ salts: [Int], _ set: InstructionSet, _ tuning: Tuning? = nil, _ precision: Precision = .exact,
    threads: Int
  ) throws -> NDArray {
    let graph = try model(name).graph(batch: salts.count, size: (64, 96), classes: 10)
    let rule = Rule(gain: 1)
    let plan = try Plan(graph, instructionSet: set, precision: precision, tuning: tuning, threads: threads)
    let session = try Session(plan, rule.weights(for: graph))
    let images = salts.flatMap { Rule(salt: "\($0)").input([1, 3, 64, 96]).scalars }
    return try session.run(NDArray([salts.count, 3, 64, 96], images))[0]
  }

  /// Every instruction set, and bfloat16 where this machine has it.
  struct Way: Sendable, CustomTestStringConvertible {
    var set: InstructionSet
    var precision = Precision.exact
    var testDescription: String { "\(set), \(precision)" }
  }
  static let ways =
    InstructionSet.available.map { Way(set: $0) }
    + InstructionSet.available.filter(\.hasBFloat16).map { Way(set: $0, precision: .fast) }

  @Test(arguments: names, ways)
  func sameBitsForAnyThreadsAndBatchMates(_ name: String, _ way: Way) throws {
    let (set, precision) = (way.set, way.precision)
    let alone = try Self.answer(name, [1], set, nil, precision, threads: 1)
    for threads in [2, 3, 5] { #expect(try Self.answer(name, [1], set, nil, precision, threads: threads) == alone) }
    for threads in [1, 2] {
      let together = try Self.answer(name, [7, 1, 3], set, nil, precision, threads: threads)
      #expect(Array(together.scalars[10..<20]) == alone.scalars)
    }
  }

  @Test(arguments: names) func answersAgainAndAgain(_ name: String) throws {
    let graph = try Self.model(name).graph(size: (64, 64), classes: 10)
    let session = try Session(Plan(graph, threads: 2), Rule().weights(for: graph))
    let (first, second) = (Rule(salt: "a").input([1, 3, 64, 64]), Rule(salt: "b").input([1, 3, 64, 64]))
    let (a, b) = (try session.run(first), try session.run(second))
    #expect(a != b)
    for _ in 0..<5 {
      #expect(try session.run(first) == a)
      #expect(try session.run(second) == b)
    }
  }

  @Test(
    arguments: names + [
      "mobilenetv2_100", "densenet121", "googlenet", "ese_vovnet39b", "convnextv2_atto", "internimage_t_1k_224",
    ], [Precision.exact, .fast])
  func runningAllocatesNothing(_ name: String, _ precision: Precision) throws {
    let graph = try Self.model(name).graph(size: (96, 96))
    let session = try Session(Plan(graph, precision: precision), Rule().weights(for: graph))
    for i in session.input.indices { session.input[i] = Float(i % 17) / 17 }
    let before = allocations_of_this_thread()
    for _ in 0..<5 { session.run() }
    #expect(allocations_of_this_thread() == before)
    withExtendedLifetime([Float](repeating: 0, count: 1000 + Int(before % 7))) {}
    #expect(before < 0 || allocations_of_this_thread() > before, "the counter counts")
  }

  @Test func wrongInputIsRefused() throws {
    let graph = try Self.model("mobilenetv3_small_050").graph(size: (64, 64))
    let session = try Session(Plan(graph), Rule().weights(for: graph))
    #expect(throws: EngineError.self) { try session.run(NDArray([1, 3, 64, 65])) }
  }

  @Test func missingWeightsAreNamed() throws {
    let graph = try Self.model("mobilenetv3_small_050").graph(size: (64, 64))
    #expect(throws: WeightsError.self) { try Session(Plan(graph), Weights(source: "nothing")) }
  }

  @Test func aNetworkOfConstantsAndViewsAlone() throws {
    let graph = try Graph(input: [2, 20, 3, 3]) { x in
      let parts = x.split(2)
      return [concat(parts[1], parts[0]).channelShuffled(groups: 2), x + x]
    }
    let input = Rule().input([2, 20, 3, 3])
    let truth = try graph.interpret(input, Weights(source: "none"))
    for set in InstructionSet.available {
      #expect(try Session(Plan(graph, instructionSet: set, threads: 2), Weights(source: "none")).run(input) == truth)
    }
  }

  /// Rows of every length are cut into tiles without gap or overlap.
  @Test func rowsAreCutWhole() throws {
    for width in 1...40 {
      let graph = try Graph(input: [1, 3, 2, width]) { x in
        [x.apply(Conv(Window(1)), x.parameter("w", [5, 3, 1, 1]))]
      }
      let input = Rule().input([1, 3, 2, width])
      let weights = Rule().weights(for: graph)
      let truth = try graph.interpret(input, weights)[0]
      for set in InstructionSet.available {
        let answer = try Session(Plan(graph, instructionSet: set), weights).run(input)[0]
        #expect(answer.relativeError(to: truth) < 1e-6, "\(width) on \(set)")
      }
    }
  }

  /// Depthwise maps of every size around the strips' width, every stride and padding, filters along both axes or one.
  @Test(arguments: [[3, 3], [5, 5], [7, 7], [1, 5], [5, 1], [1, 3], [7, 1]], [1, 2])
  func depthwiseOfEverySize(_ kernel: [Int], _ stride: Int) throws {
    let (rows, columns) = (kernel[0], kernel[1])
    let uneven = Pads(top: 0, left: max(0, columns / 2 - 1), bottom: rows / 3, right: columns / 2)
    let same = Pads(top: rows / 2, left: columns / 2, bottom: rows / 2, right: columns / 2)
    for pads in [same, .none, uneven] {
      for width in max(2, columns / 2 + 1)...(columns + 37) where width + pads.left + pads.right >= columns {
        let window = Window(kernel, strides: [stride, stride], pads: pads)
        let graph = try Graph(input: [1, 18, rows + 2, width]) { x in
          [x.apply(Conv(window, group: 18), x.parameter("w", [18, 1, rows, columns])).relu]
        }
        let input = Rule().input([1, 18, rows + 2, width])
        let weights = Rule().weights(for: graph)
        let truth = try graph.interpret(input, weights)[0]
        for set in InstructionSet.available {
          let answer = try Session(Plan(graph, instructionSet: set), weights).run(input)[0]
          #expect(answer.relativeError(to: truth) < 2e-6, "\(pads) \(width) on \(set)")
        }
      }
    }
  }

  /// Filters along one axis, and those on maps of three columns, are made of strips, not tap by tap.
  @Test(arguments: [([1, 5], 14), ([5, 1], 14), ([1, 5], 3), ([5, 1], 3), ([5, 5], 3)])
  func narrowDepthwiseGoesInStrips(_ kernel: [Int], _ size: Int) throws {
    let window = Window(kernel, pads: Pads(kernel[0] / 2, kernel[1] / 2))
    let graph = try Graph(input: [1, 18, size, size]) { x in
      [x.apply(Conv(window, group: 18), x.parameter("w", [18, 1, kernel[0], kernel[1]])).relu]
    }
    for set in InstructionSet.available {
      let step = try #require(try Plan(graph, instructionSet: set).stepTitles.first { $0.multiplyAdds > 0 })
      #expect(step.kernel.hasSuffix("stride 1") && step.reason.contains("strips of "), "\(step.kernel), \(set)")
    }
  }

  /// Pixels are normalised four at a time, in place where they may be: any number of them, by any number of threads.
  @Test(arguments: [1, 2, 3, 4, 5, 7, 13]) func layerNormOfAnyNumber(_ tokens: Int) throws {
    let graph = try Graph(input: [1, 5, 1, tokens]) { x in
      let y = x.apply(Conv(Window(1)), x.parameter("w", [21, 5, 1, 1]), x.parameter("b", [21])).relu
      return [y.scoped("norm", LayerNorm2D())]
    }
    let (weights, input) = (Rule().weights(for: graph), Rule().input([1, 5, 1, tokens]))
    let truth = try graph.interpretInDouble(input, weights)[0]
    for set in InstructionSet.available {
      let answers = try [1, 2, 3].map {
        try Session(Plan(graph, instructionSet: set, threads: $0), weights).run(input)[0]
      }
      #expect(answers[0].relativeError(to: truth) < 2e-6, "\(set)")
      #expect(answers.allSatisfy { $0 == answers[0] })
    }
  }

  /// Concatenated channels that fill no whole blocks are copied side by side, as vectors of 8 and 4 and the rest.
  @Test(arguments: 1...17) func partsOfBlocks(_ channels: Int) throws {
    let graph = try Graph(input: [2, channels, 3, 5]) { x in
      let both = concat(x.relu, x.sigmoid)
      return [both * both.scoped("conv", Conv2D(2 * channels, 1, bias: true)).tanh]
    }
    let (weights, input) = (Rule().weights(for: graph), Rule().input([2, channels, 3, 5]))
    let truth = try graph.interpretInDouble(input, weights)[0]
    for set in InstructionSet.available {
      let plan = try Plan(graph, instructionSet: set)
      #expect(plan.stepTitles.contains { $0.kernel == "other layout" } == (channels % 16 != 0))
      #expect(try Session(plan, weights).run(input)[0].relativeError(to: truth) < 2e-6, "\(set)")
    }
  }

  /// Channels that fill blocks to half, pixels that share vectors, and inputs that do, in tiles of every height, whatever follows and
  /// however they are read.
  @Test(arguments: [8, 24, 40, 56, 58, 116], [48, 37]) func halfBlocks(_ outs: Int, _ ins: Int) throws {
    for width in [1, 2, 7, 8, 13, 14, 24, 31] {
      let graph = try Graph(input: [1, ins, 3, width]) { x in
        func conv(_ name: String, _ x: Tensor, _ window: Window = Window(1)) -> Tensor {
          x.apply(
            Conv(window), x.parameter("\(name).weight", [outs, x.shape[1], window.kernel[0], window.kernel[1]]),
            x.parameter("\(name).bias", [outs]))
        }
        let dense = conv("dense", x).relu
        let shortcut = (conv("shortcut", x) + dense).relu
        let bounded = conv("bounded", x).apply(Clip(min: -0.2, max: 0.3))
        return [
          dense, shortcut, bounded, conv("sum", x) + bounded,
          (conv("both", x) + bounded).apply(Clip(min: -.infinity, max: 0.1)),
          conv("hard swish", x).hardSwish, conv("swish", x).silu,
          conv("concatenated", concat(x.relu, shortcut)), conv("window", x, Window(3, pad: 1)),
          conv("excited", x * x.globalAveragePooled.sigmoid),
        ]
      }
      let input = Rule().input([1, ins, 3, width])
      let weights = Rule().weights(for: graph)
      let truth = try graph.interpretInDouble(input, weights)
      for set in InstructionSet.available {
        // The last one cuts panels, so that tiles go on with what they stored.
        let answers = try [(shares: 1, depth: 1024), (0, 1024), (1, 16)].map { shares, depth in
          var tuning = Tuning(for: set)
          tuning.sharesVectors = shares
          (tuning.wholeDepth, tuning.panelDepth) = (depth, depth)
          return try Session(Plan(graph, instructionSet: set, tuning: tuning), weights).run(input)
        }
        for (answer, truth) in zip(answers[0] + answers[2], truth + truth) {
          #expect(answer.relativeError(to: truth) < 2e-6, "\(width) on \(set)")
        }
        // Whichever pixels share vectors, sums are the same.
        for (shared, apart) in zip(answers[0], answers[1]) {
          #expect(shared.scalars == apart.scalars, "\(width) on \(set)")
        }
      }
    }
  }
}
