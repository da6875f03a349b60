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

  /// The operators of which every input may be computed by the network.
  static func takesValues(_ op: any Op) -> Bool {
    op is any Binary || op is MatMul || op is Attention || op is Concat || op is DeformConv || op is DCNv3
  }

  /// The same where what comes in lies in blocks, and where all inputs are values of the network.
  @Test(arguments: cases) func answersFromBlocks(_ item: Case) throws {
    let arrays = item.sample.arrays(seed: 7)
    let truth = item.sample.op.reference(arrays)
    for areValues in Self.takesValues(item.sample.op) && arrays.count > 1 ? [false, true] : [false] {
      let count = areValues ? arrays.count : 1
      let input = arrays[..<count].flatMap(\.scalars)
      let graph = try Graph(input: [input.count]) { all in
        var start = 0
        let inputs = arrays.indices.map { i in
          if i >= count { return all.parameter("p\(i)", arrays[i].shape) }
          defer { start += arrays[i].scalars.count }
          let part = all.apply(Slice(axis: 0, start: start, end: start + arrays[i].scalars.count))
          return part.reshaped(arrays[i].shape).inBlocks
        }
        return [all.builder.add(item.sample.op, inputs)]
      }
      var weights = Weights(source: "sample")
      for i in count..<max(count, arrays.count) { weights.add("p\(i)", arrays[i].shape) { arrays[i] } }
      for threads in [1, 3] {
        let session = try Session(Plan(graph, instructionSet: item.set, threads: threads), weights)
        let error = try session.run(NDArray([input.count], input))[0].relativeError(to: truth)
        #expect(error < 2e-6, "\(threads) threads, values: \(areValues)")
      }
    }
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

extension Tensor {
  /// The same value, by a layer that leaves it in blocks.
  fileprivate var inBlocks: Tensor {
    if shape.rank == 4 { return apply(MaxPool(Window(1))) }
    guard shape.rank == 2 || shape.rank == 3, let size = shape.last else { return self }
    return apply(Gemm(), constant(NDArray([size, size]) { $0 / size == $0 % size ? 1 : 0 }))
  }
}
