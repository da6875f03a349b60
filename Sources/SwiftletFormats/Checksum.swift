/// A 64-bit checksum for finding damage, made to run as fast as memory is read; no defence against those who mean it.
///
/// Four chains, each over every fourth word: a word is mixed in by exclusive or, multiplied by an odd number, and turned. Each
/// of these is one to one, so that bytes which differ in a single word never have the same sum.
func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  func mixed(_ sum: UInt64, _ word: UInt64) -> UInt64 {
    let product = (sum ^ word) &* 0x9E37_79B9_7F4A_7C15
    return product << 29 | product >> 35
  }
  var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
  let whole = bytes.count / 32 * 32
  for i in stride(from: 0, to: whole, by: 32) {
    a = mixed(a, bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self))
    b = mixed(b, bytes.loadUnaligned(fromByteOffset: i + 8, as: UInt64.self))
    c = mixed(c, bytes.loadUnaligned(fromByteOffset: i + 16, as: UInt64.self))
    d = mixed(d, bytes.loadUnaligned(fromByteOffset: i + 24, as: UInt64.self))
  }
  var sum = mixed(mixed(mixed(mixed(UInt64(bytes.count), a), b), c), d)
  for byte in bytes[whole...] { sum = mixed(sum, UInt64(byte)) }
  return sum ^ sum >> 32
}
