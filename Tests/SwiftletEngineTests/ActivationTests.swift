import Foundation
import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import Testing

/// Activations over all of their range against their definition in double precision.
@Suite struct ActivationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var op: any Op
    var truth: @Sendable (Double) -> Double
    /// Errors count against the answer itself; otherwise against 1 where the answer is smaller.
    var isRelative = true
    var testDescription: String { "\(op)" }
  }

  static let cases = [
    Case(op: Sigmoid(), truth: { 1 / (1 + exp(-$0)) }),
    Case(op: Swish(), truth: { $0 / (1 + exp(-$0)) }),
    Case(op: Tanh(), truth: { tanh($0) }),
    Case(op: HardSwish(), truth: { $0 * min(max($0 / 6 + 0.5, 0), 1) }, isRelative: false),
    Case(op: Gelu(), truth: { $0 * 0.5 * erfc(-$0 / 2.0.squareRoot()) }, isRelative: false),
    Case(
      op: Gelu(approximate: .tanh),
      truth: { $0 * 0.5 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }, isRelative: false
    ),
    Case(op: Mish(), truth: { $0 * tanh(log1p(exp($0))) }, isRelative: false),
  ]

  @Test(arguments: cases) func isRightTo1e6(_ item: Case) throws {
    let far = stride(from: Float(-80), through: 80, by: 0.37)
    let near = stride(from: Float(-9), through: 9, by: 0.0011)
    let tiny = (0..<60).flatMap { [pow(2, -Float($0)), -pow(2, -Float($0))] }
    let x = Array(far) + Array(near) + tiny + [0]
    let shape: Shape = [1, 1, 1, x.count]
    let graph = try Graph(input: shape) { [$0.apply(item.op)] }
    for set in InstructionSet.available {
      let session = try Session(Plan(graph, instructionSet: set), Weights(source: "none"))
      let answers = try session.run(NDArray(shape, x))[0].scalars
      var worst = (error: 0.0, at: Float(0))
      for (x, answer) in zip(x, answers) {
        let truth = item.truth(Double(x))
        let error = abs(Double(answer) - truth) / max(abs(truth), item.isRelative ? 1e-35 : 1)
        if !(error <= worst.error) { worst = (error, x) }
      }
      #expect(worst.error < 1e-6, "at \(worst.at) on \(set)")
    }
  }
}
