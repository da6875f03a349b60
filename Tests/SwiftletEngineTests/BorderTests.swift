import SwiftletEngine
import SwiftletGraph
import SwiftletOps
import Testing
import _SwiftletTestSupport

/// Convolutions that write their maps into the zeros that the next one reads around them.
@Suite struct BorderTests {
  struct Case: CustomTestStringConvertible {
    /// Of the convolution that writes, and whether it is one by transforms.
    var writer: Window
    var isTransformed: Bool
    /// Of the convolution that reads.
    var reader: Window
    var group = 1
    var testDescription: String { "\(writer) -> \(reader), \(group) groups" }
  }

  static let cases = [
    Case(writer: Window(5, stride: 2, pad: 2), isTransformed: false, reader: Window(5, stride: 2, pad: 1)),
    Case(
      writer: Window(5, stride: 2, pad: 2), isTransformed: false,
      reader: Window([3, 3], strides: [2, 2], pads: Pads(bottom: 1, right: 2)), group: 4),
    Case(
      writer: Window(5, stride: 2), isTransformed: false, reader: Window([3, 3], pads: Pads(2, 3), dilations: [2, 2]),
      group: 2),
    Case(
      writer: Window(3, pad: 1), isTransformed: true,
      reader: Window([3, 3], strides: [2, 1], pads: Pads(top: 1, left: 3))),
    Case(writer: Window([1, 7]), isTransformed: true, reader: Window(5, stride: 2, pad: 2), group: 4),
    Case(writer: Window([7, 1]), isTransformed: true, reader: Window(5, stride: 2, pad: 2)),
    Case(writer: Window(3, stride: 2, pad: 1), isTransformed: true, reader: Window(5, stride: 2, pad: 2)),
  ]

  private static func graph(_ item: Case, readers: Int) throws -> Graph {
    try Graph(input: [2, 64, 40, 43]) { x in
      func convolved(_ x: Tensor, _ name: String, _ window: Window, _ group: Int, outs: Int) -> Tensor {
        let filter = x.parameter(name, Shape([outs, x.channels / group] + window.kernel))
        return x.apply(Conv(window, group: group), filter, x.parameter(name + ".bias", [outs]))
      }
      let map = convolved(x, "writer", item.writer, 1, outs: 40).hardSwish
      return (0..<readers).map { convolved(map, "reader\($0)", item.reader, item.group, outs: 24).relu }
    }
  }

  /// Zeros are written anew in every run, for the memory was something else's meanwhile.
  @Test(arguments: cases, InstructionSet.available)
  func answersAsTheReference(_ item: Case, _ set: InstructionSet) throws {
    var tuning = Tuning(for: set)
    tuning.copyCycles = 1000  // no copies for each column of the filter, whatever the map
    for readers in [1, 2] {
      let graph = try Self.graph(item, readers: readers)
      let weights = Rule(gain: 1).weights(for: graph)
      for threads in [1, 3] {
        let plan = try Plan(graph, instructionSet: set, tuning: tuning, threads: threads)
        let kernels = plan.stepTitles.map(\.kernel)
        #expect(kernels.contains { $0.hasPrefix("winograd") } == item.isTransformed)
        #expect(kernels.count { $0 == "border" } == (readers == 1 ? 1 : 0))
        let session = try Session(plan, weights)
        for salt in ["", "other"] {
          let input = Rule(salt: salt).input(graph[graph.inputs[0]].shape)
          let truths = try graph.interpret(input, weights)
          for (answer, truth) in zip(try session.run(input), truths) {
            #expect(answer.relativeError(to: truth) < 3e-6, "\(readers) readers, \(threads) threads")
          }
        }
      }
    }
  }
}
