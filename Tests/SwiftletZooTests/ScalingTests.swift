import SwiftletZoo
import Testing

@Suite struct ScalingTests {
  func counts(_ scaling: Scaling, _ stages: [[Int]]) -> [Int] {
    scaling.blocks(stages.map { $0.map { Repeated($0) { _ in Activation.relu } } }).map(\.count)
  }

  @Test func repeatsAreRoundedUpAndSharedAmongLines() {
    #expect(counts(Scaling(depth: 1.1), [[1], [3], [2, 1, 1], [10]]) == [2, 4, 5, 11])
    #expect(counts(Scaling(depth: 0.6, rounding: .toNearestOrEven), [[1], [2], [3], [4]]) == [1, 1, 2, 2])
    #expect(counts(Scaling(depth: 2, keepsEnds: true), [[1], [2], [3]]) == [1, 4, 3])
    #expect(counts(Scaling(depth: 1, 1, 3), [[1], [2], [3], [4]]) == [1, 2, 9, 12])
  }

  @Test func onlyTheFirstBlockOfALineStrides() {
    var strides: [Int] = []
    _ = Scaling(depth: 2).blocks([
      [
        Repeated(2, stride: 2) {
          strides.append($0)
          return Activation.relu
        }
      ]
    ])
    #expect(strides == [2, 1, 1, 1])
  }

  @Test func widthsAreMultiplesOfEightAndNeverATenthTooSmall() {
    #expect(Scaling(width: 0.35).channels(32) == 16)
    #expect(Scaling(width: 0.8).channels(24) == 24)
    #expect(Scaling(width: 0.8, limit: 0).channels(24) == 16)
  }
}
