import SwiftletKernels

extension TileHeights {
  /// A tile of h pixels costs as much as 2 h multiply-adds, and a little to start. Eight are begun before the first is done: no more than
  /// these, and some wait for themselves. Of three pixels that cross twice as many vectors there are twelve; of two, and of one where
  /// there are just four, too few.
  func cost(_ height: Int) -> Int {
    if !areCrossed { return max(2 * height, 9) + 1 }
    return 2 * height + (height % 3 == 0 ? 0 : height == 1 ? 3 : 1)
  }
}

/// A row of pixels as tiles of the heights at hand, so that the sum of their costs is smallest.
func cutRow(_ pixels: Int, heights: TileHeights) -> RowCut {
  let tallest = heights.tallest
  // The last four and what is left may be cut otherwise: 25 pixels are five tiles of 5.
  var whole = max(0, pixels / tallest - 4)
  let rest = pixels - whole * tallest
  var best = [(cost: 0, height: 0)]
  for n in 1...max(1, rest) {
    let choices = heights.all.filter { $0 <= n }.map { (cost: best[n - $0].cost + heights.cost($0), height: $0) }
    best.append(choices.min { $0.cost < $1.cost }!)
  }
  var n = rest
  var tail: [Int] = []
  while n > 0 {
    tail.append(best[n].height)
    n -= best[n].height
  }
  whole += tail.count { $0 == tallest }
  var first = whole * tallest
  var spans: [Span] = []
  for height in tail.filter({ $0 != tallest }).sorted(by: >) {
    spans.append(Span(first: first, height: height))
    first += height
  }
  return RowCut(heights: heights, whole: whole, rest: spans)
}

/// The same in near-equal tiles, as many for each thread; `nil` where there are no tiles of these heights.
func cutEvenly(_ pixels: Int, heights: TileHeights, threads: Int) -> RowCut? {
  let count = ((pixels - 1) / (heights.tallest * threads) + 1) * threads
  let (low, higher) = pixels.quotientAndRemainder(dividingBy: count)
  guard heights.all.contains(low), higher == 0 || heights.all.contains(low + 1) else { return nil }
  let spans = (0..<count).map { Span(first: $0 * low + min($0, higher), height: low + ($0 < higher ? 1 : 0)) }
  return RowCut(heights: heights, whole: 0, rest: spans)
}

extension RowCut {
  /// Of each tile.
  var costs: [Int] { tiles.map(heights.cost) }

  /// The largest cost of a thread's share.
  func cost(threads: Int) -> Int {
    let costs = costs
    return (0..<threads).map { thread in share(count, thread, threads).reduce(0) { $0 + costs[$1] } }.max()!
  }
}
