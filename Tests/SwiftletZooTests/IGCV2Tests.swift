import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing

/// The conditions that IGCV2's structured sparse convolutions keep.
@Suite struct IGCV2Tests {
  /// With all weights 1 each output sums each input once: one path between any two channels.
  @Test func joinsEachInputWithEachOutputOnce() throws {
    let graph = try #require(allModels.first { $0.name == "igcv2_c64_d20" }).graph()
    let convolutions = graph.nodes.filter { $0.op is Conv && $0.name.hasPrefix("g2.1.conv") }
    #expect(convolutions.map(\.shape) == [[1, 128, 16, 16], [1, 128, 16, 16], [1, 128, 16, 16]])
    let groups = convolutions.compactMap { ($0.op as? Conv)?.group }
    #expect(groups == [128, 16, 8])
    for channel in [0, 5, 127] {
      var x = NDArray([1, 128, 1, 1]) { $0 == channel ? 1 : 0 }
      for group in groups.dropFirst() {
        let ones = NDArray([128, 128 / group, 1, 1], repeating: 1)
        x = Conv(Window(1), group: group).reference([x, ones])
        x = ChannelShuffle(groups: group).reference([x])
      }
      #expect(x.scalars == [Float](repeating: 1, count: 128))
    }
  }
}
