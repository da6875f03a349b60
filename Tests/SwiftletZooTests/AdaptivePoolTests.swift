import SwiftletGraph
import SwiftletZoo
import Testing

@Suite struct AdaptivePoolTests {
  /// The cells of PyTorch's adaptive pooling: [0, 2), [1, 4), [3, 5) of five pixels; a smaller map is repeated.
  @Test func adaptivePoolingCoversTheMap() throws {
    let graph = try Graph(input: [1, 2, 5, 2]) { [$0.adaptiveAveragePooled(3, 3)] }
    let x = NDArray([1, 2, 5, 2]) { Float($0) }
    let y = try graph.interpret(x, Weights(source: "none"))[0]
    #expect(y.shape == [1, 2, 3, 3])
    let expected: [Float] = [1, 1.5, 2, 4, 4.5, 5, 7, 7.5, 8]
    #expect(y.relativeError(to: NDArray([1, 2, 3, 3], expected + expected.map { $0 + 10 })) < 1e-6)
  }
}
