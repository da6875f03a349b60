import SwiftletGraph
import SwiftletKernels
import SwiftletOps

// Multiplying in bfloat16: a lane holds two neighbouring channels, so that a map is one of half the channels to all that reads it.

/// A value rounded to bfloat16.
struct PairView: Sendable {
  /// A channel of it is a pair.
  var view: BlockedView
  var channels: [ChannelPair]
}

/// The channels of a lane, the one in its lower half first.
struct ChannelPair: Sendable {
  var first: Int
  var second: Int
}

extension Planner {
  /// Whether a convolution multiplies pairs.
  func takesPairs(_ node: Graph.Node, _ fused: FusedConv) -> Bool {
    precision == .fast && kernels.pairs != nil && pairsRefusal(node, fused) == nil
  }

  /// Why a convolution does not multiply in bfloat16; `nil` where it does.
  func pairsRefusal(_ node: Graph.Node, _ fused: FusedConv) -> String? {
    let (ins, outs) = (graph[node.inputs[1]].shape[1], BlockedGeometry(node.shape).channels)
    if fused.conv.group != 1 { return "its channels are in groups" }
    if min(ins, outs) < tuning.bfloat16Channels { return "it has fewer than \(tuning.bfloat16Channels) channels" }
    if pairedLanes(layout(node.inputs[0]) ?? Array(0..<ins)) == nil { return "a channel has no neighbour in its block" }
    return nil
  }

  /// The value of `id`, times the factors of its channels where there are some, rounded.
  mutating func pairs(_ id: Graph.ID, times factors: Graph.ID?) -> PairView {
    if factors == nil, let known = knownPairs(id) { return known }
    let x = blocked(id)
    let lanes = pairedLanes(x.layout)!
    let y = place(
      batch: x.batch, channels: lanes.count, height: x.height, width: x.width, layout: lanes.map(\.lane))
    let scale = factors.map { arranged(blocked($0), as: x.layout) }
    let function = kernels.pairs!.round
    emit("", "round to bfloat16", touching: [x, y] + (scale.map { [$0] } ?? [])) { binder in
      let command = RoundCommand(
        function: function, input: binder.listInTwos(x), factors: scale.map { binder.listInTwos($0) } ?? binder.ones(x),
        output: binder.list(y), pixels: x.pixels)
      return Command(function: RoundCommand.run, arguments: binder.keep(command))
    }
    let result = PairView(view: y, channels: lanes.map(\.channels))
    if factors == nil { keepPairs(id, result) }
    return result
  }
}

/// The lanes of the pairs of a value whose channels lie so; `nil` where a channel has no neighbour.
private func pairedLanes(_ layout: [Int]) -> [(lane: Int, channels: ChannelPair)]? {
  var channels = [Int?](repeating: nil, count: layout.max()! + 2)
  for (channel, physical) in layout.enumerated() { channels[physical] = channel }
  let lanes: [(lane: Int, channels: ChannelPair)] = (0..<channels.count / 2).compactMap { lane in
    guard let first = channels[2 * lane], let second = channels[2 * lane + 1] else { return nil }
    return (lane, ChannelPair(first: first, second: second))
  }
  return 2 * lanes.count == layout.count ? lanes : nil
}

/// A filter `[outputs, inputs, …]` as one `[outputs, pairs of inputs, …]`, rounded as inputs are.
func roundedFilter(_ filter: NDArray, _ pairs: [ChannelPair], _ round: RoundFunction) -> [Float] {
  let (outs, ins) = (filter.shape[0], filter.shape[1])
  let taps = filter.shape.dropFirst(2).reduce(1, *)
  var result = [Float](repeating: 0, count: outs * pairs.count * taps)
  let ones = [Float](repeating: 1, count: 16)
  var (floats, rounded) = ([Float](repeating: 0, count: 32), [Float](repeating: 0, count: 16))
  for (row, out) in (0..<outs * taps).map({ ($0 % taps, $0 / taps) }) {
    for start in stride(from: 0, to: pairs.count, by: 16) {
      let some = pairs[start..<min(start + 16, pairs.count)]
      for (i, pair) in some.enumerated() {
        floats[2 * i] = filter.scalars[(out * ins + pair.first) * taps + row]
        floats[2 * i + 1] = filter.scalars[(out * ins + pair.second) * taps + row]
      }
      floats.withUnsafeBufferPointer { round($0.baseAddress!, $0.baseAddress! + 16, ones, ones, &rounded, 1) }
      for i in 0..<some.count { result[(out * pairs.count + start + i) * taps + row] = rounded[i] }
    }
  }
  return result
}

extension Binder {
  /// The blocks of a view, two for each block of pairs: of an odd one the second half is never read, and the first one will do.
  fileprivate func listInTwos(_ view: BlockedView) -> BlockList {
    let blocks = view.blocks
    let twos = (0..<blocks.count + blocks.count % 2).map { blocks[min($0, blocks.count - 1)] }
    let offsets = (0..<view.batch).flatMap { n in
      twos.map { n * view.region.batchStride + $0 * view.region.plane }
    }
    return BlockList(base: pointer(view.region), offsets: keep(offsets), count: offsets.count)
  }

  /// A factor of 1 for every channel of a view.
  fileprivate func ones(_ view: BlockedView) -> BlockList {
    let count = view.batch * (view.blocks.count + 1)
    let ones = UnsafeMutablePointer(mutating: keep([Float](repeating: 1, count: 16)))
    return BlockList(base: ones, offsets: keep([Int](repeating: 0, count: count)), count: count)
  }
}
