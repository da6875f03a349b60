import SwiftletGraph
import SwiftletOps
import Testing
import _SwiftletTestSupport

/// What float32 is measured against: operators in double precision, rounded at the end, answer as their references do.
@Suite struct DoubleTests {
  /// Only detectors use these, on values that a network picks.
  static let without = ["DeformConv", "DCNv3", "DCNv4", "DeformRoIPool", "DeformPSRoIPool"]

  @Test(arguments: allOps.map { $0.name }) func answersAsTheReference(_ name: String) throws {
    let op = try #require(allOps.first { $0.name == name })
    for sample in op.samples {
      let arrays = sample.arrays(seed: 5)
      if Self.without.contains(name) {
        #expect(throws: GraphError.self) { try inDouble(sample.op, arrays.map(DoubleArray.init)) }
        continue
      }
      let answer = try inDouble(sample.op, arrays.map(DoubleArray.init))
      let error = sample.op.reference(arrays).relativeError(to: answer)
      #expect(error < 5e-7, "\(sample.op) \(sample.inputs)")
    }
  }

  /// Sums deeper and wider than the pieces that a product is made of.
  @Test func productsOfEverySize() throws {
    for (rows, depth, columns) in [(1, 1, 1), (3, 257, 5), (9, 600, 261), (4, 256, 256)] {
      let arrays = Sample(MatMul(), [[rows, depth], [depth, columns]]).arrays(seed: 3)
      let answer = try inDouble(MatMul(), arrays.map(DoubleArray.init))
      #expect(MatMul().reference(arrays).relativeError(to: answer) < 1e-7)
    }
  }

  /// It keeps what 32 bits lose.
  @Test func keepsMoreThanFloats() throws {
    let graph = try Graph(input: [1]) { x in [x + 1e-12 + -1] }
    let answer = try graph.interpretInDouble(NDArray([1], [1]), Weights(source: "none"))[0].scalars[0]
    #expect(abs(answer - 1e-12) < 1e-15)
  }
}
