/// This thread's share of `count` units: near-equal runs in order.
@inline(__always)
func share(_ count: Int, _ thread: Int, _ threads: Int) -> Range<Int> {
  count * thread / threads..<count * (thread + 1) / threads
}
