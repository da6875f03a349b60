import SwiftletGraph
import Testing

@Suite struct ShapeTests {
  @Test func counts() {
    #expect(Shape([2, 3, 4]).elementCount == 24)
    #expect(Shape([]).elementCount == 1)
    #expect(Shape([2, 3, 4]).strides == [12, 4, 1])
    #expect(Shape([2, 3, 4]).description == "[2, 3, 4]")
  }

  @Test func countsAreChecked() {
    #expect(Shape([2, 0, 4]).checkedElementCount == 0)
    #expect(Shape([2, -1]).checkedElementCount == nil)
    #expect(Shape([-1, -1]).checkedElementCount == nil)
    #expect(Shape([1 << 32, 1 << 31]).checkedElementCount == nil)
    #expect(Shape([1 << 31, 1 << 31]).checkedElementCount == 1 << 62)
  }

  @Test func validity() {
    #expect(Shape([]).isValid)
    #expect(Shape([1, Shape.limit]).isValid)
    #expect(!Shape([2, Shape.limit]).isValid)
    #expect(!Shape([3, 0]).isValid)
    #expect(!Shape([-3, -3]).isValid)
    #expect(!Shape([.max, .max]).isValid)
  }

  @Test func relativeError() {
    let truth = NDArray([2], [1, -4])
    #expect(NDArray([2], [1, -4]).relativeError(to: truth) == 0)
    #expect(NDArray([2], [1.5, -4]).relativeError(to: truth) == 0.125)
    #expect(NDArray([2], [.nan, -4]).relativeError(to: truth) == .infinity)
    #expect(NDArray([1, 2], [1, -4]).relativeError(to: truth) == .infinity)
    #expect(NDArray([1], [1]).relativeError(to: NDArray([1], [0])) == .infinity)
  }
}
