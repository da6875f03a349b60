import SwiftletAnalysis
import SwiftletGraph
import SwiftletOps
import Testing

@Suite struct MemoryTests {
  func memory(_ input: Shape, _ body: (Tensor) -> [Tensor]) throws -> ActivationMemory {
    ActivationMemory(try Graph(input: input, body))
  }

  @Test func aChainHoldsTwo() throws {
    let chain = try memory([1, 10]) { [$0.relu.sigmoid.tanh] }
    #expect(chain.sum == 160)
    #expect(chain.peak == 80)
  }

  /// The input waits for the addition while the branch is computed.
  @Test func aShortcutHoldsThree() throws {
    let residual = try memory([1, 10]) { [$0 + $0.relu.sigmoid] }
    #expect(residual.sum == 160)
    #expect(residual.peak == 120)
  }

  /// Both outputs stay to the end.
  @Test func outputsStay() throws {
    let two = try memory([1, 10]) { x in
      let first = x.relu
      return [first, first.sigmoid.tanh]
    }
    #expect(two.peak == 120)
  }

  /// A view keeps the memory alive that it looks at, and takes none.
  @Test func views() throws {
    let flat = try memory([1, 2, 5]) { x in
      let view = x.flattened.apply(Dropout(ratio: 0.5))
      return [view + view.relu.sigmoid]
    }
    #expect(flat.bytes == [40, 0, 0, 40, 40, 40])
    #expect(flat.peak == 120)
  }

  /// What depends on parameters alone is no activation.
  @Test func weightsAreNoActivations() throws {
    let graph = try memory([1, 10]) { x in [x * x.parameter("w", [10]).sigmoid.tanh] }
    #expect(graph.bytes == [40, 0, 0, 0, 40])
    #expect(graph.peak == 80)
  }

  @Test func aValueReadTwiceByOneNode() throws {
    let square = try memory([1, 10]) { x in [(x * x).relu] }
    #expect(square.peak == 80)
  }
}
