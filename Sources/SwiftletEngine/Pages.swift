import CPlatform

/// Zeroed memory from the system, given back at the end.
final class Pages {
  let start: UnsafeMutablePointer<Float>
  private let raw: UnsafeMutableRawPointer
  private let bytes: Int

  init(floats: Int) throws(EngineError) {
    bytes = max(floats, 1) * 4
    guard let p = platform_pages(bytes) else {
      throw EngineError("the system has no \(bytes >> 20) MiB of memory left")
    }
    raw = p
    start = p.bindMemory(to: Float.self, capacity: floats)
  }

  deinit { platform_free_pages(raw, bytes) }
}

/// `count` floats and what is left of their last pair of cache lines.
func paddedToLines(_ count: Int) -> Int { (count + 31) / 32 * 32 }
