import CSPNG

/// PNG by libspng, which gets only the chunks that make pixels.
enum PNGDecoder {
  static func decode(_ source: ImageSource) throws(ImageError) -> Image {
    let chunks = try PNGChunks(source)
    var pixels = try source.allocate(chunks.width * chunks.height * 3)
    let stream = PNGStream(chunks.bytes, chunks.ranges)
    let (status, rows) = withExtendedLifetime(stream) { decode(stream, chunks, into: &pixels) }
    let isTruncated = [SPNG_IO_EOF, SPNG_EIDAT_TOO_SHORT].contains { Int32($0.rawValue) == status }
    guard status == 0 || isTruncated && rows > 0 && source.limits.allowsPartial else {
      throw source.error(
        isTruncated ? .truncated : .malformed, at: stream.offset, "PNG data: \(String(cString: spng_strerror(status)))")
    }
    return try chunks.orientation.applied(width: chunks.width, height: chunks.height, pixels: pixels, source)
  }

  /// Decodes row by row and gives the status of libspng, 0 for success, and how many rows were decoded.
  private static func decode(
    _ stream: PNGStream, _ chunks: PNGChunks, into pixels: inout [UInt8]
  ) -> (status: Int32, rows: Int) {
    guard let context = spng_ctx_new(0) else { return (Int32(SPNG_EMEM.rawValue), 0) }
    defer { spng_ctx_free(context) }
    let user = Unmanaged.passUnretained(stream).toOpaque()
    var status = spng_set_png_stream(context, { PNGStream.read($1, $2, $3) }, user)
    if status == 0 {
      status = spng_decode_image(
        context, nil, 0, Int32(SPNG_FMT_RGB8.rawValue), Int32(SPNG_DECODE_PROGRESSIVE.rawValue))
    }
    var rows = 0
    while status == 0 {
      var row = spng_row_info()
      status = spng_get_row_info(context, &row)
      guard status == 0 else { break }
      let bytes = chunks.width * 3
      let start = Int(row.row_num) * bytes
      status = pixels.withUnsafeMutableBytes { spng_decode_row(context, $0.baseAddress! + start, bytes) }
      rows += status == 0 ? 1 : 0
    }
    return (status == Int32(SPNG_EOI.rawValue) ? spng_decode_chunks(context) : status, rows)
  }
}

/// The ranges of a file as one stream. No more than the bytes in the ranges is ever read.
private final class PNGStream {
  private let bytes: [UInt8]
  private let ranges: [Range<Int>]
  private var current = 0
  /// Where in the file the stream stands.
  private(set) var offset: Int

  /// - Precondition: there is a range, and all lie within `bytes`.
  init(_ bytes: [UInt8], _ ranges: [Range<Int>]) {
    self.bytes = bytes
    self.ranges = ranges
    offset = ranges[0].lowerBound
  }

  /// What libspng calls (`spng_rw_fn`); `user` is the stream.
  static func read(_ user: UnsafeMutableRawPointer?, _ destination: UnsafeMutableRawPointer?, _ count: Int) -> Int32 {
    guard let user, let destination else { return Int32(SPNG_IO_ERROR.rawValue) }
    let stream = Unmanaged<PNGStream>.fromOpaque(user).takeUnretainedValue()
    return stream.copy(UnsafeMutableRawBufferPointer(start: destination, count: count))
  }

  private func copy(_ destination: UnsafeMutableRawBufferPointer) -> Int32 {
    var destination = destination[...]
    while !destination.isEmpty {
      if offset == ranges[current].upperBound {
        guard current + 1 < ranges.count else { return Int32(SPNG_IO_EOF.rawValue) }
        current += 1
        offset = ranges[current].lowerBound
        continue
      }
      let part = (offset..<ranges[current].upperBound).prefix(destination.count)
      UnsafeMutableRawBufferPointer(rebasing: destination).copyBytes(from: bytes[part])
      destination = destination.dropFirst(part.count)
      offset = part.upperBound
    }
    return 0
  }
}
