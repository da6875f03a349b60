import SwiftletGraph
import SwiftletOps
import Testing
import _SwiftletTestSupport

/// Multiply-adds, counted one by one as a naive implementation would do them; padding is multiplied too, as the field counts.
@Suite struct CostTests {
  func counted(_ op: any Op, _ inputs: [Shape]) throws -> Int {
    op.cost(inputs, try op.shape(inputs)).multiplyAdds
  }

  @Test func convolution() throws {
    for sample in Conv.samples {
      let op = try #require(sample.op as? Conv)
      let x = sample.inputs[0]
      let y = try op.shape(sample.inputs)
      var count = 0
      for _ in 0..<y[0] * y[2] * y[3] {
        for o in 0..<y[1] {
          let group = o * op.group / y[1]
          for c in 0..<x[1] where c * op.group / x[1] == group { count += op.window.kernel[0] * op.window.kernel[1] }
        }
      }
      #expect(try counted(op, sample.inputs) == count, "\(sample)")
    }
  }

  @Test func matrixProducts() throws {
    #expect(try counted(Gemm(), [[2, 3, 5], [7, 5], [7]]) == 2 * 3 * 5 * 7)
    #expect(try counted(MatMul(), [[2, 3, 4, 5], [2, 3, 5, 6]]) == 2 * 3 * 4 * 5 * 6)
  }

  /// Attention costs what the two matrix products cost that it stands for.
  @Test func attention() throws {
    let inputs: [Shape] = [[2, 20, 34], [2, 7, 34], [2, 7, 10]]
    let scores = try counted(MatMul(), [[2, 2, 20, 17], [2, 2, 17, 7]])
    let mixed = try counted(MatMul(), [[2, 2, 20, 7], [2, 2, 7, 5]])
    #expect(try counted(Attention(heads: 2, scale: 1), inputs) == scores + mixed)
  }

  @Test func bytes() throws {
    let cost = Conv(Window(1)).cost([[1, 3, 2, 2], [5, 3, 1, 1]], [1, 5, 2, 2])
    #expect(cost == Cost(multiplyAdds: 60, bytesRead: 4 * (12 + 15), bytesWritten: 4 * 20))
    #expect(Reshape([4]).cost([[2, 2]], [4]) == Cost())
    #expect(cost + cost == Cost(multiplyAdds: 120, bytesRead: 216, bytesWritten: 160))
  }

  /// The largest arrays there may be do not overflow the count of one operator.
  @Test func largest() throws {
    let side = 46340
    #expect(try counted(Gemm(), [[side, side], [side, side]]) == side * side * side)
    let (x, weight): (Shape, Shape) = ([1, 1, side, side], [1, 1, side / 2, side / 2])
    #expect(try counted(Conv(Window(side / 2)), [x, weight]) == 23171 * 23171 * 23170 * 23170)
    #expect(throws: GraphError.self) {
      try Attention(heads: 1, scale: 1).shape([Shape](repeating: [1, 1 << 30, 1], count: 3))
    }
  }
}
