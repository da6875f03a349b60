import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Elementwise steps that write over their input: only where nobody reads it later.
@Suite struct InPlaceTests {
  /// Outputs made of a map, and what else may read what lies there.
  static let cases: [(name: String, outputs: @Sendable (Tensor) -> [Tensor])] = [
    ("nobody", { [$0.sigmoid.tanh] }),
    ("a sum", { [$0.tanh + $0] }),
    ("a sum two steps later", { y in [y.tanh.sigmoid * 2 + y] }),
    ("the caller", { [$0, $0.sigmoid] }),
    ("the caller, of a factor", { y in [y, y * y.globalAveragePooled] }),
    ("a pool before", { y in [y * y.globalAveragePooled.sigmoid] }),
    ("a pool later", { y in [y.tanh * y.globalAveragePooled] }),
    ("a concatenation", { [concat($0.sigmoid, $0)] }),
    ("a concatenation of what is written", { [concat($0.tanh, $0.sigmoid).tanh] }),
    ("the other half", { y in [y.split(2)[0].sigmoid * y.split(2)[1]] }),
    ("both halves", { y in [concat(y.split(2)[1].tanh, y.split(2)[0]) * y] }),
    ("another view", { y in [y.split(2)[0].tanh, y.split(2)[1].sigmoid] }),
    ("itself", { [$0 * $0] }),
    ("a convolution", { y in [y.tanh + y.scoped("next", Conv2D(y.channels, 1, bias: true))] }),
  ]

  private static func graph(_ item: Int, _ shape: Shape) throws -> Graph {
    try Graph(input: shape) { cases[item].outputs($0.scoped("conv", Conv2D(48, 1, bias: true)).relu) }
  }

  /// Maps whose rows threads share, and others; whole blocks in halves, and not.
  @Test(arguments: cases.indices, [Shape([1, 8, 24, 20]), Shape([2, 24, 7, 5])])
  func answersAsTheReference(_ item: Int, _ shape: Shape) throws {
    let graph = try Self.graph(item, shape)
    let weights = Rule(gain: 1).weights(for: graph)
    let input = Rule().input(shape)
    let truths = try graph.interpret(input, weights)
    for set in InstructionSet.available {
      for threads in [1, 2, 3] {
        let session = try Session(Plan(graph, instructionSet: set, threads: threads), weights)
        for run in 1...2 {
          for (answer, truth) in zip(try session.run(input), truths) {
            #expect(answer.relativeError(to: truth) < 3e-6, "\(Self.cases[item].name), run \(run), \(threads) threads")
          }
        }
      }
    }
  }

  /// A chain needs no more memory than its first map and the last, which goes to rows.
  @Test func chainsStayInTheirPlace() throws {
    let short = try Plan(Graph(input: [1, 8, 32, 32]) { [$0.scoped("conv", Conv2D(64, 1, bias: true)).relu] })
    let long = try Plan(
      Graph(input: [1, 8, 32, 32]) { x in
        let y = x.scoped("conv", Conv2D(64, 1, bias: true)).relu
        return [(y.tanh.sigmoid * y.constant(NDArray([1, 64, 1, 1], Array(repeating: 2, count: 64)))).tanh]
      })
    #expect(long.stepTitles.count > short.stepTitles.count + 2)
    #expect(long.arenaBytes == short.arenaBytes)
  }
}
