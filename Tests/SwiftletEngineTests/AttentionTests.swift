import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import Testing
import _SwiftletTestSupport

@Suite struct AttentionTests {
  /// Scores of 10¹³: where several keys share the largest one, they share the weight.
  @Test(arguments: [9, 16, 49]) func hugeScoresStayFinite(_ tokens: Int) throws {
    let shape: Shape = [1, tokens, 32]
    let graph = try Graph(input: shape) { x in [x.apply(Attention(heads: 2, scale: 0.3), x, x)] }
    for factor in 1...8 {
      let token = (0..<32).map { Float($0 % 5) * Float(factor) * 1_234_567.8 - 2e6 }
      let input = NDArray(shape, (0..<tokens).flatMap { _ in token })
      for set in InstructionSet.available {
        let answer = try Session(Plan(graph, instructionSet: set), Weights(source: "none")).run(input)[0]
        #expect(answer.relativeError(to: input) < 1e-6, "\(factor) on \(set)")
      }
    }
  }
}
