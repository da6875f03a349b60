import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Seven products instead of eight: right for all sizes and for all that may follow.
@Suite(.serialized) struct StrassenTests {
  struct Case: CustomTestStringConvertible {
    var (ins, outs, height, width): (Int, Int, Int, Int)
    var testDescription: String { "\(ins) -> \(outs), \(height)x\(width)" }
  }

  /// Even and odd numbers of pixels and blocks, blocks that are not full, one chunk and several.
  static let cases = [
    Case(ins: 128, outs: 128, height: 28, width: 28), Case(ins: 512, outs: 512, height: 14, width: 14),
    Case(ins: 728, outs: 364, height: 19, width: 19), Case(ins: 137, outs: 150, height: 11, width: 13),
    Case(ins: 144, outs: 145, height: 7, width: 7), Case(ins: 160, outs: 272, height: 17, width: 16),
  ]

  /// What follows the sums, and what the input lies in.
  static let layers: [(name: String, kernel: String, apply: @Sendable (Tensor, Int) -> Tensor)] = [
    ("nothing", "strassen", { $0.scoped("conv", Conv2D($1, 1, bias: true)) }),
    ("relu", "strassen", { $0.scoped("conv", Conv2D($1, 1, bias: true)).relu }),
    ("hard swish", "strassen hardSwish", { $0.scoped("conv", Conv2D($1, 1, bias: true)).hardSwish }),
    ("swish", "strassen swish", { $0.scoped("conv", Conv2D($1, 1, bias: true)).silu }),
    (
      "shortcut", "strassen",
      { x, outs in
        let y = x.scoped("first", Conv2D(outs, 1, bias: true)).relu
        return (y.scoped("conv", Conv2D(outs, 1, bias: true)) + y).relu
      }
    ),
    (
      "shortcut, then swish", "strassen swish",
      { x, outs in
        let y = x.scoped("first", Conv2D(outs, 1, bias: true)).relu
        return (y.scoped("conv", Conv2D(outs, 1, bias: true)) + y).silu
      }
    ),
    (
      "concatenation", "strassen",
      { x, outs in
        let y = x.scoped("first", Conv2D(outs, 1, bias: true)).relu
        return concat(x.relu, y).scoped("conv", Conv2D(outs, 1, bias: true))
      }
    ),
  ]

  static func graph(_ item: Case, _ layer: Int, batch: Int = 1) throws -> Graph {
    try Graph(input: [batch, item.ins, item.height, item.width]) { [layers[layer].apply($0, item.outs)] }
  }

  /// Takes this way from few channels and pixels on.
  static func tuning(_ set: InstructionSet) -> Tuning {
    var tuning = Tuning(for: set)
    (tuning.strassenChannels, tuning.strassenPixels, tuning.strassenValues) = (64, 49, 3136)
    return tuning
  }

  @Test(arguments: cases, layers.indices) func isRight(_ item: Case, _ layer: Int) throws {
    let (one, three) = (try Self.graph(item, layer), try Self.graph(item, layer, batch: 3))
    let weights = Rule(gain: 1).weights(for: one)
    let images = (0..<3).map { Rule(salt: "\($0)").input([1, item.ins, item.height, item.width]) }
    let batch = NDArray([3, item.ins, item.height, item.width], images.flatMap(\.scalars))
    let truth = try one.interpretInDouble(images[1], weights)[0]
    for set in InstructionSet.available {
      let tuning = Self.tuning(set)
      let plan = try Plan(one, instructionSet: set, tuning: tuning)
      #expect(plan.stepTitles.contains { $0.kernel == Self.layers[layer].kernel }, "\(Self.layers[layer].name)")
      let answer = try Session(plan, weights).run(images[1])[0]
      #expect(answer.relativeError(to: truth) < 4e-6, "\(Self.layers[layer].name) on \(set)")
      for threads in [2, 3, 5] {
        let plan = try Plan(one, instructionSet: set, tuning: tuning, threads: threads)
        let session = try Session(plan, weights)
        // The second run is one thread's.
        for run in 1...3 {
          #expect(try session.run(images[1])[0] == answer, "run \(run), \(threads) threads on \(set)")
        }
        let all = try Plan(three, instructionSet: set, tuning: tuning, threads: threads)
        let count = answer.scalars.count
        let mate = try Session(all, weights).run(batch)[0].scalars[count..<2 * count]
        #expect(Array(mate) == answer.scalars, "\(threads) threads and batch mates on \(set)")
      }
    }
  }

  /// What lies in lanes without a channel, here 0 / 0, is not read.
  @Test(arguments: [137, 145, 161]) func emptyLanesDoNotCount(_ channels: Int) throws {
    let graph = try Graph(input: [1, channels, 9, 9]) { x in
      let y = x.apply(MaxPool(Window(1)))
      return [(y / y).scoped("conv", Conv2D(160, 1, bias: true))]
    }
    let (input, weights) = (Rule().input([1, channels, 9, 9]), Rule().weights(for: graph))
    let truth = try graph.interpretInDouble(input, weights)[0]
    for set in InstructionSet.available {
      let plan = try Plan(graph, instructionSet: set, tuning: Self.tuning(set))
      #expect(plan.stepTitles.contains { $0.kernel == "strassen" })
      #expect(try Session(plan, weights).run(input)[0].relativeError(to: truth) < 2e-6)
    }
  }

  /// Linear layers on tokens are the same products.
  @Test func tokens() throws {
    let graph = try Graph(input: [2, 100, 192]) { x in
      [x.apply(Gemm(), x.parameter("weight", [256, 192]), x.parameter("bias", [256]))]
    }
    let (input, weights) = (Rule().input([2, 100, 192]), Rule().weights(for: graph))
    let truth = try graph.interpretInDouble(input, weights)[0]
    for set in InstructionSet.available {
      let plan = try Plan(graph, instructionSet: set, tuning: Self.tuning(set), threads: 2)
      #expect(plan.stepTitles.contains { $0.kernel == "strassen" && $0.reason.contains("tokens") })
      #expect(try Session(plan, weights).run(input)[0].relativeError(to: truth) < 2e-6)
    }
  }

  @Test func saysWhyNot() throws {
    func reason(_ conv: Conv, _ ins: Int, _ outs: Int, _ size: Int, _ precision: Precision = .exact) throws -> String {
      let graph = try Graph(input: [1, ins, size, size]) { x in
        [x.apply(conv, x.parameter("w", [outs, ins / conv.group, 1, 1]))]
      }
      return try #require(try Plan(graph, precision: precision).stepTitles.first { $0.multiplyAdds > 0 }).reason
    }
    let point = Conv(Window(1))
    let tuning = Tuning(for: try .preferred())
    let (least, pixels) = (tuning.strassenChannels, tuning.strassenPixels)
    #expect(try reason(point, 256, 256, 28).hasSuffix("28×28: 392 pairs of pixels"))
    #expect(try reason(point, 256, 256, 28, .strict).hasSuffix("no Strassen, sums are to be direct"))
    #expect(try reason(point, least - 1, 256, 28).hasSuffix("no Strassen, it has fewer than \(least) channels"))
    #expect(try reason(point, 256, 16 * 7, 28).contains("no Strassen, "))
    #expect(try reason(point, 256, 256, 6).hasSuffix("no Strassen, its map has fewer than \(pixels) pixels"))
    #expect(try reason(Conv(Window(1, stride: 2)), 256, 256, 28).hasSuffix("no Strassen, its stride is not 1"))
  }
}
