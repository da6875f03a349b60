/// A 64-bit checksum for finding damage, made to run as fast as memory is read; no defence against those who mean it.
///
/// Eight lanes, each over every eighth word, have two sums: one of the words, in which a change of a single one always shows; and one
/// of products of each word's halves, after an exclusive or with a number that changes from row to row, so that places count.
func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  let odd: UInt64 = 0x9E37_79B9_7F4A_7C15
  var (sums, products, key) = (SIMD8<UInt64>(), SIMD8<UInt64>(), SIMD8(repeating: odd))
  let whole = bytes.count / 64 * 64
  for i in stride(from: 0, to: whole, by: 64) {
    let words = bytes.loadUnaligned(fromByteOffset: i, as: SIMD8<UInt64>.self)
    let hidden = words ^ key
    sums &+= words
    products &+= (hidden & 0xFFFF_FFFF) &* (hidden &>> 32)
    key &+= odd
  }
  var sum = UInt64(bytes.count)
  /// One to one: of two words, and of two sums before, at most one leads to a sum.
  func mix(_ word: UInt64) {
    let product = (sum ^ word) &* odd
    sum = product << 29 | product >> 35
  }
  for lane in 0..<8 { mix(sums[lane]) }
  for lane in 0..<8 { mix(products[lane]) }
  for byte in bytes[whole...] { mix(UInt64(byte)) }
  return sum ^ sum >> 32
}
