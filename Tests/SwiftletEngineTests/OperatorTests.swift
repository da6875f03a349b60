import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import Testing
import _SwiftletTestSupport

/// Every operator × sample × instruction set answers as its reference implementation does, on one thread and on three.
@Suite(.serialized) struct OperatorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var sample: Sample
    var set: InstructionSet
    var testDescription: String { "\(type(of: sample.op).name) \(sample.op) \(sample.inputs) on \(set)" }
  }

  static let cases = allOps.flatMap { op in
    op.samples.flatMap { sample in InstructionSet.available.map { Case(sample: sample, set: $0) } }
  }

  @Test(arguments: cases) func answersAsTheReference(_ item: Case) throws {
    let arrays = item.sample.arrays(seed: 7)
    // The first input is the network's input; the others are parameters where the operator's role for them is that, and computed from
    // the input (doubled, then halved) where they are values.
    let graph = try Graph(input: item.sample.inputs[0]) { x in
      let others = item.sample.inputs.dropFirst().enumerated().map { i, shape in x.parameter("p\(i)", shape) }
      return [x.builder.add(item.sample.op, [x] + others)]
    }
    var weights = Weights(source: "sample")
    for (i, array) in arrays.dropFirst().enumerated() { weights.add("p\(i)", array.shape) { array } }
    let truth = item.sample.op.reference(arrays)
    for threads in [1, 3] {
      let session = try Session(Plan(graph, instructionSet: item.set, threads: threads), weights)
      let error = try session.run(arrays[0])[0].relativeError(to: truth)
      #expect(error < 2e-6, "\(threads) threads")
    }
  }
}
