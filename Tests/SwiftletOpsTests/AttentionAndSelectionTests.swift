import SwiftletGraph
import SwiftletOps
import Testing

/// Gather, LRN, DynamicConv and SimAM on small cases with the answers of PyTorch 2.15.
@Suite struct AttentionAndSelectionTests {
  private func numbers(_ shape: Shape, _ step: Int) -> NDArray { ExampleTests.numbers(shape, step) }

  @Test func localResponseNormalization() {
    var x = numbers([1, 7, 1, 2], 7)
    for i in x.scalars.indices { x.scalars[i] *= 8 }
    let y: [Float] = [
      -1.82614279, -0.839323103, 0.397580385, 1.56471944, -0.79275161, 0.138019025, 1.1296289, -1.1296289,
      -0.138019025, 0.79275161, -1.56471944, -0.397580385, 0.839323103, 1.82614279,
    ]
    #expect(LRN(size: 5, alpha: 0.3).reference([x]).relativeError(to: NDArray([1, 7, 1, 2], y)) < 2e-6)
  }

  @Test func eachImageHasItsOwnKernel() {
    let op = DynamicConv(Window(3, stride: 2, pad: 1), group: 2)
    let y = op.reference([numbers([2, 4, 2, 2], 7), numbers([3, 2, 2, 3, 3], 5), numbers([2, 3], 3)])
    let expected = NDArray([2, 2, 1, 1], [5.36132812, -6.97265625, -0.99609375, 0.533203125])
    #expect(y.relativeError(to: expected) < 2e-6)
  }

  @Test func simAM() {
    let y: [Float] = [
      -0.975835621, -0.315056801, 0.239599094, 0.915783107, -0.483412921, 0.0783678815, 0.704474747, -0.665546656,
      -0.0778212324, 0.505711198, -0.867240131, -0.234456837,
    ]
    let found = SimAM(lambda: 0.1).reference([numbers([1, 2, 2, 3], 7)])
    #expect(found.relativeError(to: NDArray([1, 2, 2, 3], y)) < 2e-6)
  }

  @Test func indicesOutsideTheAxisAreItsEnds() {
    let x = NDArray([2, 3]) { Float($0) }
    let indices = NDArray([6], [2, 0, -7, 1e30, .nan, .infinity])
    #expect(Gather(axis: 1).reference([x, indices]).scalars == [2, 0, 0, 2, 0, 2, 5, 3, 3, 5, 3, 5])
  }
}
