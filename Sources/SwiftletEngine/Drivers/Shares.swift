/// This thread's share of `count` units: near-equal runs in order.
@inline(__always)
func share(_ count: Int, _ thread: Int, _ threads: Int) -> Range<Int> {
  count * thread / threads..<count * (thread + 1) / threads
}

/// How threads share a value in maps, one block of channels of an image each: the rows of every map, as convolutions do where there are
/// many pixels, so that each thread finds what it wrote; otherwise the maps.
struct MapShare: BitwiseCopyable {
  var maps: Int
  var rows: Int
  var splitsRows: Bool

  @inline(__always)
  func forEach(_ thread: Int, _ threads: Int, _ body: (_ map: Int, _ rows: Range<Int>) -> Void) {
    let own = splitsRows ? share(rows, thread, threads) : 0..<rows
    guard !own.isEmpty else { return }
    for map in splitsRows ? 0..<maps : share(maps, thread, threads) { body(map, own) }
  }
}
