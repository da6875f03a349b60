/// The chunks of a PNG file that make its pixels; all others are stepped over unread. PNG (ISO/IEC 15948), clause 5.
struct PNGChunks {
  private(set) var width = 0
  private(set) var height = 0
  private(set) var isInterlaced = false
  private(set) var orientation = Orientation.upright
  /// The bytes of the file.
  private(set) var bytes: [UInt8]
  /// Where in these the signature and the chunks lie that the decoder gets: header, palette, data, end.
  private(set) var ranges = [0..<ImageFormat.pngSignature.count]
  private var rowBytes = 0
  private var dataBytes = 0
  private var isEnded = false
  private var hasExif = false
  private var last = ""

  init(_ source: ImageSource) throws(ImageError) {
    bytes = source.bytes
    var offset = ImageFormat.pngSignature.count
    var count = 0
    while !isEnded, let length = source.bytes.unsigned(at: offset, 4, .big),
      length <= source.bytes.count - offset - 12
    {
      count += 1
      try source.check(chunks: count, at: offset)
      let type = String(decoding: source.bytes[offset + 4..<offset + 8], as: Unicode.ASCII.self)
      try read(type, offset..<offset + 12 + length, source)
      last = type
      offset += 12 + length
    }
    try checkComplete(source, offset)
    if !isEnded { shorten(offset) }
  }

  /// Makes the chunk that the end of the file cuts off as long as what there is of it.
  private mutating func shorten(_ offset: Int) {
    let length = bytes.count - offset - 8
    guard length > 0 else { return }
    for i in 0..<4 { bytes[offset + i] = UInt8(truncatingIfNeeded: length >> (24 - 8 * i)) }
    ranges.append(offset..<bytes.count)
  }

  private mutating func read(_ type: String, _ chunk: Range<Int>, _ source: ImageSource) throws(ImageError) {
    let body = source.bytes[chunk.lowerBound + 8..<chunk.upperBound - 4]
    guard (type == "IHDR") == (ranges.count == 1) else {
      throw source.error(.malformed, at: chunk.lowerBound, "the chunk \(type)", "one IHDR, at the start")
    }
    switch type {
    case "IHDR": try readHeader(body, source)
    case "PLTE": break
    case "IDAT":
      guard last == type || dataBytes == 0 else {
        throw source.error(.malformed, at: chunk.lowerBound, "IDAT after \(last)", "all IDAT in a row")
      }
      dataBytes += body.count
    case "IEND": isEnded = true
    default: return try readOther(type, chunk, body, source)
    }
    ranges.append(chunk)
  }

  /// 11.2.2: width, height, bit depth, colour type, three methods.
  private mutating func readHeader(_ body: ArraySlice<UInt8>, _ source: ImageSource) throws(ImageError) {
    guard body.count == 13, let width = body.unsigned(at: 0, 4, .big), let height = body.unsigned(at: 4, 4, .big) else {
      throw source.error(.malformed, at: body.startIndex, "a header of \(body.count) bytes", "13 bytes")
    }
    try source.check(width: width, height: height, at: body.startIndex)
    let depth = Int(body[body.startIndex + 8])
    let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][body[body.startIndex + 9]] ?? 0
    rowBytes = (width * channels * depth + 7) / 8
    isInterlaced = body[body.startIndex + 12] == 1
    self.width = width
    self.height = height
  }

  private mutating func readOther(
    _ type: String, _ chunk: Range<Int>, _ body: ArraySlice<UInt8>, _ source: ImageSource
  ) throws(ImageError) {
    // 5.4: the fifth bit of the first letter is 0 where a chunk may not be ignored.
    guard source.bytes[chunk.lowerBound + 4] & 0x20 != 0 else {
      throw source.error(.unsupported, at: chunk.lowerBound, "the critical chunk \(type)", "IHDR, PLTE, IDAT or IEND")
    }
    if type == "eXIf", !hasExif {
      hasExif = true
      orientation = Exif.orientation(body)
    }
  }

  private func checkComplete(_ source: ImageSource, _ offset: Int) throws(ImageError) {
    guard width > 0 else { throw source.error(.truncated, at: offset, "the end of the file", "a header (IHDR)") }
    if source.limits.allowsPartial { return }
    guard isEnded else {
      throw source.error(.truncated, at: offset, "the end of the file", "a whole chunk, and IEND as the last")
    }
    // Deflate makes at most 1032 bytes out of one (two bits stand for 258).
    guard height * (rowBytes + 1) <= 1032 * dataBytes else {
      throw source.error(.truncated, "\(dataBytes) bytes of data cannot hold \(width)×\(height) pixels")
    }
  }
}
