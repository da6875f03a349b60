/// How the bytes of an integer lie in a file.
enum ByteOrder { case big, little }

extension RandomAccessCollection<UInt8> where Index == Int {
  /// The unsigned integer of `count` bytes (at most 4) at `offset` from the start; `nil` where it leaves the collection.
  func unsigned(at offset: Int, _ count: Int, _ order: ByteOrder) -> Int? {
    guard offset >= 0, offset <= self.count - count else { return nil }
    let bytes = self[startIndex + offset..<startIndex + offset + count]
    return switch order {
    case .big: bytes.reduce(0) { $0 << 8 | Int($1) }
    case .little: bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
  }
}
