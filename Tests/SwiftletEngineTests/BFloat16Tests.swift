import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// `Precision.fast`: right where rounding to bfloat16 loses nothing, within its bounds where it does, and what `exact` is on machines
/// without bfloat16.
@Suite(.serialized) struct BFloat16Tests {
  static let sets = InstructionSet.available.filter(\.hasBFloat16)
  static let needsBFloat16: ConditionTrait = .enabled(if: !sets.isEmpty, "this machine has no bfloat16")

  struct Case: CustomTestStringConvertible {
    var (ins, outs, height, width): (Int, Int, Int, Int)
    var testDescription: String { "\(ins) -> \(outs), \(height)x\(width)" }
  }

  /// Even and odd numbers of blocks, blocks that are not full, rows of all tile heights, few and many products.
  static let cases = [
    Case(ins: 16, outs: 24, height: 13, width: 14), Case(ins: 24, outs: 48, height: 9, width: 7),
    Case(ins: 48, outs: 48, height: 14, width: 14), Case(ins: 138, outs: 138, height: 7, width: 9),
    Case(ins: 728, outs: 40, height: 5, width: 5), Case(ins: 2304, outs: 32, height: 7, width: 3),
  ]

  /// What windows there are, what follows the sums, and what the input lies in.
  static let layers: [(name: String, apply: @Sendable (Tensor, Int) -> Tensor)] = [
    ("1×1", { $0.scoped("conv", Conv2D($1, 1, bias: true)) }),
    ("relu", { $0.scoped("conv", Conv2D($1, 1, bias: true)).relu }),
    ("hard swish", { $0.scoped("conv", Conv2D($1, 1, bias: true)).hardSwish }),
    ("swish", { $0.scoped("conv", Conv2D($1, 1, bias: true)).silu }),
    ("stride", { $0.scoped("conv", Conv2D($1, 1, stride: 2, bias: true)) }),
    ("3×3", { $0.scoped("conv", Conv2D($1, 3, stride: 2, bias: true)).relu }),
    ("dilation", { $0.scoped("conv", Conv2D($1, 3, dilation: 2, bias: true)) }),
    ("shortcut", { x, outs in (x.scoped("conv", Conv2D(x.channels, 1, bias: true)) + x.relu).relu }),
    ("shortcut of taps", { x, outs in x.scoped("conv", Conv2D(x.channels, 3, dilation: 2, bias: true)) + x.relu }),
    ("concatenation", { concat($0.relu, $0).scoped("conv", Conv2D($1, 1, bias: true)) }),
    ("shuffle", { concat($0.relu, $0).channelShuffled(groups: 2).scoped("conv", Conv2D($1, 1, bias: true)) }),
    ("half", { concat($0.relu, $0).split(2)[1].scoped("conv", Conv2D($1, 1, bias: true)) }),
    ("tokens", { $0.tokens.scoped("conv", Linear($1)) }),
  ]

  static func graph(_ item: Case, _ layer: Int, batch: Int = 1) throws -> Graph {
    try Graph(input: [batch, item.ins, item.height, item.width]) { [layers[layer].apply($0, item.outs)] }
  }

  static func plan(_ graph: Graph, _ set: InstructionSet, _ tuning: Tuning? = nil, threads: Int = 1) throws -> Plan {
    var tuning = tuning ?? Tuning(for: set)
    tuning.bfloat16Channels = 16
    return try Plan(graph, instructionSet: set, precision: .fast, tuning: tuning, threads: threads)
  }

  /// Inputs and weights that are numbers of bfloat16 have exact products: only sums are rounded, as floats are.
  @Test(needsBFloat16, arguments: cases, layers.indices) func isRight(_ item: Case, _ layer: Int) throws {
    let (one, three) = (try Self.graph(item, layer), try Self.graph(item, layer, batch: 3))
    var weights = Weights(source: "rounded")
    for (name, shape, _) in one.parameters {
      weights.add(name, shape) { rounded(Rule(gain: 1).parameter(name, shape)) }
    }
    let images = (0..<3).map { rounded(Rule(salt: "\($0)").input([1, item.ins, item.height, item.width])) }
    let batch = NDArray([3, item.ins, item.height, item.width], images.flatMap(\.scalars))
    let truth = try one.interpretInDouble(images[1], weights)[0]
    for set in Self.sets {
      let plan = try Self.plan(one, set)
      #expect(plan.stepTitles.contains { $0.isBFloat16 }, "\(Self.layers[layer].name)")
      let answer = try Session(plan, weights).run(images[1])[0]
      #expect(answer.relativeError(to: truth) < 4e-6, "\(Self.layers[layer].name) on \(set)")
      for tuning in TuningTests.odd {
        let other = try Session(Self.plan(one, set, tuning), weights).run(images[1])[0]
        #expect(other.relativeError(to: truth) < 4e-6, "\(tuning) on \(set)")
      }
      for threads in [2, 3, 5] {
        let plan = try Self.plan(one, set, threads: threads)
        #expect(try Session(plan, weights).run(images[1])[0] == answer, "\(threads) threads on \(set)")
        let all = try Self.plan(three, set, threads: threads)
        let count = answer.scalars.count
        let mate = try Session(all, weights).run(batch)[0].scalars[count..<2 * count]
        #expect(Array(mate) == answer.scalars, "\(threads) threads and batch mates on \(set)")
      }
    }
  }

  /// An output is its input, or a weight, times one: rounded to the nearest, to the even one of two.
  @Test(needsBFloat16) func roundsToNearestEven() throws {
    let graph = try Graph(input: [1, 32, 1, 64]) { x in
      [x.apply(Conv(Window(1)), x.parameter("w", [32, 32, 1, 1]))]
    }
    let ties: [Float] = [
      1 + 0x1p-8, 1 + 0x3p-8, -1 - 0x1p-8, 0x1.010002p0, 0x1.00fffep0, 0x1.fffffep9, 3e38, -0x1.ffp-126,
    ]
    let small: [Float] = [0x1p-126, 0x1p-127, -0x1p-149, 0, -0]
    let many = ties + small + Rule().input([2048 - 13]).scalars
    let ones = (0..<2048).map { Float($0 / 64 == $0 % 64 ? 1 : 0) }
    let identity = (0..<1024).map { Float($0 / 32 == $0 % 32 ? 1 : 0) }
    for set in Self.sets {
      func answer(_ input: [Float], _ filter: [Float]) throws -> [Float] {
        var weights = Weights(source: "numbers")
        weights.add("w", [32, 32, 1, 1]) { NDArray([32, 32, 1, 1], filter) }
        return try Session(Self.plan(graph, set), weights).run(NDArray([1, 32, 1, 64], input))[0].scalars
      }
      #expect(try answer(many, identity) == many.map(bfloat16))
      let filters = try answer(ones, Array(many[0..<1024]))
      for out in 0..<32 {
        let row = filters[out * 64..<out * 64 + 32]
        #expect(Array(row) == many[out * 32..<out * 32 + 32].map(bfloat16))
      }
    }
  }

  /// Rounding input and weight costs a product at most 2⁻⁸ of itself (a little more for both at once, and for the sums).
  @Test(needsBFloat16, arguments: cases) func straysLittle(_ item: Case) throws {
    let layers: [@Sendable (Tensor) -> Tensor] = [
      { $0.scoped("conv", Conv2D(item.outs, 1)) }, { $0.scoped("conv", Conv2D(item.outs, 3, stride: 2)) },
      { x in (x * x.globalAveragePooled).scoped("conv", Conv2D(item.outs, 1)) },
    ]
    for layer in layers {
      let graph = try Graph(input: [1, item.ins, item.height, item.width]) { [layer($0)] }
      let (weights, input) = (Rule().weights(for: graph), Rule().input([1, item.ins, item.height, item.width]))
      var magnitudes = Weights(source: "magnitudes")
      for (name, shape, _) in graph.parameters {
        magnitudes.add(name, shape) { NDArray(shape, Rule().parameter(name, shape).scalars.map(abs)) }
      }
      let truth = try graph.interpretInDouble(input, weights)[0].scalars
      let bound = try graph.interpretInDouble(NDArray(input.shape, input.scalars.map(abs)), magnitudes)[0].scalars
      for set in Self.sets {
        let answer = try Session(Self.plan(graph, set), weights).run(input)[0].scalars
        let shares = zip(zip(answer, truth), bound).map { abs(Double($0.0) - $0.1) / $1 }
        #expect(shares.max()! < 1.05 * 0x1p-8)
        #expect(shares.max()! > 0x1p-16, "rounding to bfloat16 is seen")
      }
    }
  }

  /// How far the answers of whole networks stray from double precision, relative to the largest: at most what is stated.
  @Test(
    needsBFloat16,
    arguments: [
      "mobilenetv1_100", "mobilenetv2_100", "mobilenetv3_large_100", "efficientnet_b0", "repvgg_a0", "densenet121",
      "shufflenet_v2_x1_0", "squeezenet1_1", "mobilevit_xxs", "edgenext_xx_small",
    ])
  func networksStrayLittle(_ name: String) throws {
    let graph = try PromiseTests.model(name).graph(size: (96, 96))
    let (weights, input) = (Rule(gain: 1).weights(for: graph), Rule().input([1, 3, 96, 96]))
    let truth = try graph.interpretInDouble(input, weights)[0]
    for set in Self.sets {
      let plan = try Plan(graph, instructionSet: set, precision: .fast)
      let (all, rounded) = (
        plan.stepTitles.map(\.multiplyAdds), plan.stepTitles.map { $0.isBFloat16 ? $0.multiplyAdds : 0 }
      )
      let error = try Session(plan, weights).run(input)[0].relativeError(to: truth)
      let share = Double(rounded.reduce(0, +)) / Double(all.reduce(0, +))
      print("bfloat16 \(name): \(error), \(share) of all products")
      #expect(error < 0.02)
      #expect(error > 1e-5, "rounding to bfloat16 is seen")
    }
  }

  @Test(arguments: InstructionSet.available, PromiseTests.names)
  func isExactWithoutBFloat16(_ set: InstructionSet, _ name: String) throws {
    let graph = try PromiseTests.model(name).graph(size: (64, 96), classes: 10)
    let steps = try [Precision.exact, .fast].map { try Plan(graph, instructionSet: set, precision: $0).stepTitles }
    #expect((steps[0] == steps[1]) == !set.hasBFloat16)
    let answers = try [Precision.exact, .fast].map { try PromiseTests.answer(name, [1], set, nil, $0, threads: 1) }
    #expect((answers[0] == answers[1]) == !set.hasBFloat16)
  }

  @Test(needsBFloat16) func choosesByTheTable() throws {
    func steps(_ tuning: Tuning? = nil, _ layer: @escaping (Tensor) -> [Tensor]) throws -> [StepTitle] {
      let graph = try Graph(input: [1, 256, 14, 14], layer)
      return try Plan(graph, instructionSet: Self.sets[0], precision: .fast, tuning: tuning).stepTitles
    }
    let two = try steps { x in
      let y = x.relu
      return [y.scoped("a", Conv2D(64, 1)), y.scoped("b", Conv2D(64, 3, stride: 2))]
    }
    #expect(two.count { $0.kernel == "round to bfloat16" } == 1, "once for both")
    #expect(two.count { $0.isBFloat16 } == 2)
    let product = try steps { [$0.scoped("a", Conv2D(256, 1))] }
    #expect(
      product.contains { $0.kernel == "bfloat16 tile dense16 clamp" && $0.reason.contains("no Strassen, bfloat16") })
    let line = try steps { [$0.scoped("a", Conv2D(64, kernel: [1, 7]))] }
    #expect(line.contains { $0.isBFloat16 && $0.reason.contains("no Winograd, bfloat16") })
    let window = try steps { [$0.scoped("a", Conv2D(48, 3))] }
    #expect(window.contains { $0.kernel == "winograd 3x3" } && window.allSatisfy { !$0.isBFloat16 })
    var tuning = Tuning(for: Self.sets[0])
    tuning.bfloat16Channels = 257
    let few = try steps(tuning) { [$0.scoped("a", Conv2D(300, 1, stride: 2))] }
    #expect(few.allSatisfy { !$0.isBFloat16 })
    #expect(few.contains { $0.reason.contains("no bfloat16, it has fewer than 257 channels") })
    let groups = try steps { [$0.scoped("a", Conv2D(64, 1, groups: 2))] }
    #expect(groups.contains { $0.reason.contains("no bfloat16, its channels are in groups") })
  }
}

/// Of the two numbers of bfloat16 around `x` the nearer one, the even one where both are as near; zero for what is smaller than normal.
private func bfloat16(_ x: Float) -> Float {
  if x.isZero || x.isSubnormal { return 0 }
  let below = Float(bitPattern: x.bitPattern & 0xffff_0000)
  let above = Float(bitPattern: below.bitPattern + 0x1_0000)
  let (low, high) = (abs(Double(x) - Double(below)), abs(Double(above) - Double(x)))
  if low == high { return below.bitPattern >> 16 & 1 == 0 ? below : above }
  return low < high ? below : above
}

private func rounded(_ array: NDArray) -> NDArray { NDArray(array.shape, array.scalars.map(bfloat16)) }
