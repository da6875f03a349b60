import SwiftletKernels

/// Weights that steps before their own fetch from memory: a part of a constant.
struct Fetch: Sendable {
  var constant: Int
  var floats: Range<Int>
}

/// Who fetches what.
///
/// A linear layer on a vector uses each weight once and waits for memory; tiles compute from the first cache and leave
/// memory idle. So the steps before fetch the layer's weights, the nearest ones first, as many lines as they can without
/// waiting themselves.
/// - Returns: for each step what it fetches.
func fetches(for steps: [Step], _ constants: [ConstantRecipe], atMost mostFloats: Int) -> [[Fetch]] {
  var idle = steps.map(\.idleLines)
  var result = [[Fetch]](repeating: [], count: steps.count)
  for consumer in steps.indices.reversed() {
    guard let constant = steps[consumer].streamed else { continue }
    var end = min(constants[constant].count, mostFloats)
    for carrier in (0..<consumer).reversed() where idle[carrier] > 0 {
      let lines = min(idle[carrier], (end + 15) / 16)
      idle[carrier] -= lines
      let start = max(0, end - lines * 16)
      result[carrier].append(Fetch(constant: constant, floats: start..<end))
      end = start
      if end == 0 { break }
    }
  }
  return result
}

/// The same, for a driver.
struct FetchList: BitwiseCopyable {
  struct Piece: BitwiseCopyable {
    var start: UnsafePointer<Float>
    var count: Int
  }
  var pieces: UnsafePointer<Piece>
  var count: Int
}

/// One thread's share of a list, taken bit by bit.
struct Fetcher {
  private let list: FetchList
  private let thread: Int
  private let threads: Int
  private var piece = 0
  private var rest: Range<Int> = 0..<0

  init(_ list: FetchList, _ thread: Int, _ threads: Int) {
    (self.list, self.thread, self.threads) = (list, thread, threads)
    if list.count > 0 { rest = share(list.pieces[0].count, thread, threads) }
  }

  /// Hands `panel` what its tiles fetch once its next weights are there; less where a piece ends.
  /// - Parameter floats: what each tile fetches.
  @inline(__always)
  mutating func give(_ panel: inout Panel, tiles: Int, floats: Int) {
    guard piece < list.count, floats > 0 else { return }
    let busy = (panel.nextEnd - panel.next + floats - 1) / floats
    let start = list.pieces[piece].start
    let end = min(rest.upperBound, rest.lowerBound + max(0, tiles - busy) * floats)
    (panel.later, panel.laterEnd) = (start + rest.lowerBound, start + end)
    rest = end..<rest.upperBound
    if rest.isEmpty {
      piece += 1
      if piece < list.count { rest = share(list.pieces[piece].count, thread, threads) }
    }
  }
}

extension Panel {
  /// So many tiles have fetched.
  @inline(__always)
  mutating func passNext(tiles: Int, floats: Int) { next += min(tiles * floats, nextEnd - next) }
}
