/// What the markers of a JPEG file tell, read before any pixel is decoded. ITU-T T.81, Annex B.
struct JPEGHeader {
  private(set) var width = 0
  private(set) var height = 0
  /// 1 for grey, 3 for colour, 4 for CMYK.
  private(set) var components = 0
  private(set) var orientation = Orientation.upright
  private var scans = 0
  private var hasExif = false
  /// How few bits of Huffman codes can hold a picture of this size; 0 where arithmetic coding may need less.
  private var leastBits = 0

  /// Walks over all segments and the coded data between them.
  init(_ source: ImageSource) throws(ImageError) {
    var offset = 2
    var segments = 0
    var isEnded = false
    while let marker = Self.nextMarker(source.bytes, &offset) {
      if marker == 0xD9 {
        isEnded = true
        break
      }
      segments += 1
      try source.check(chunks: segments, at: offset)
      guard let length = source.bytes.unsigned(at: offset, 2, .big), length <= source.bytes.count - offset else {
        break
      }
      guard length >= 2 else {
        throw source.error(.malformed, at: offset, "a segment of \(length) bytes", "at least 2 bytes")
      }
      try read(marker, offset + 2..<offset + length, source)
      offset += length
    }
    try checkComplete(source, isEnded: isEnded)
  }

  /// The next marker with a segment, or the end of the image, from `offset` on, which is moved behind it.
  private static func nextMarker(_ bytes: [UInt8], _ offset: inout Int) -> UInt8? {
    while let flag = bytes[offset...].firstIndex(of: 0xFF), flag + 1 < bytes.count {
      let marker = bytes[flag + 1]
      offset = marker == 0xFF ? flag + 1 : flag + 2
      // Stuffed bytes, fill bytes, TEM and restarts carry nothing; a second start of image is for the decoder to judge.
      switch marker {
      case 0x00, 0x01, 0xD0...0xD8, 0xFF: continue
      default: return marker
      }
    }
    offset = bytes.count
    return nil
  }

  private mutating func read(_ marker: UInt8, _ body: Range<Int>, _ source: ImageSource) throws(ImageError) {
    switch marker {
    case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF: try readFrame(marker, body, source)
    case 0xDA: try countScan(body, source)
    case 0xE1:
      guard !hasExif, source.bytes[body].starts(with: Exif.prefix) else { return }
      hasExif = true
      orientation = Exif.orientation(source.bytes[body])
    default: break
    }
  }

  /// B.2.2: precision, height, width, and for each component its identity and sampling factors.
  private mutating func readFrame(
    _ marker: UInt8, _ body: Range<Int>, _ source: ImageSource
  ) throws(ImageError) {
    let segment = source.bytes[body]
    guard components == 0 else { throw source.error(.malformed, at: body.lowerBound, "a second frame", "one") }
    guard segment.count >= 6, segment.count >= 6 + 3 * Int(segment[body.lowerBound + 5]) else {
      throw source.error(.malformed, at: body.lowerBound, "a frame header of \(segment.count) bytes")
    }
    guard [0xC0, 0xC1, 0xC2, 0xC9, 0xCA].contains(marker), segment.first == 8 else {
      throw source.error(
        .unsupported, at: body.lowerBound, "a lossless, hierarchical or \(segment.first ?? 0)-bit JPEG",
        "baseline, extended or progressive with 8 bits")
    }
    height = segment.unsigned(at: 1, 2, .big) ?? 0
    width = segment.unsigned(at: 3, 2, .big) ?? 0
    components = Int(segment[body.lowerBound + 5])
    guard [1, 3, 4].contains(components) else {
      throw source.error(.unsupported, at: body.lowerBound, "\(components) components", "1, 3 or 4")
    }
    try source.check(width: width, height: height, at: body.lowerBound)
    try sample(segment, isHuffman: marker <= 0xC2, source)
  }

  private mutating func sample(
    _ segment: ArraySlice<UInt8>, isHuffman: Bool, _ source: ImageSource
  ) throws(ImageError) {
    let factors = (0..<components).map { Int(segment[segment.startIndex + 7 + 3 * $0]) }
    guard factors.allSatisfy({ (1...4).contains($0 >> 4) && (1...4).contains($0 & 15) }) else {
      throw source.error(.malformed, at: segment.startIndex + 6, "sampling factors \(factors)", "two of 1…4 each")
    }
    let unitWidth = 8 * (factors.map { $0 >> 4 }.max() ?? 1)
    let unitHeight = 8 * (factors.map { $0 & 15 }.max() ?? 1)
    let units = ((width + unitWidth - 1) / unitWidth) * ((height + unitHeight - 1) / unitHeight)
    // Every unit has a block of every component, every block a code for its mean, every code a bit.
    leastBits = isHuffman ? units * components : 0
  }

  private mutating func countScan(_ body: Range<Int>, _ source: ImageSource) throws(ImageError) {
    guard components > 0 else { throw source.error(.malformed, at: body.lowerBound, "a scan before the frame header") }
    scans += 1
    guard scans <= source.limits.scans else {
      let limit = source.limits.scans
      throw source.error(.limitExceeded, at: body.lowerBound, "more than \(limit) scans", "at most \(limit) scans")
    }
  }

  private func checkComplete(_ source: ImageSource, isEnded: Bool) throws(ImageError) {
    let count = source.bytes.count
    if source.limits.allowsPartial, scans > 0 { return }
    guard isEnded else {
      throw source.error(.truncated, at: count, "the end of the file", "the end of the image (EOI)")
    }
    guard components > 0, scans > 0 else {
      throw source.error(.malformed, at: count, "the end of the image", "a frame header and a scan")
    }
    guard leastBits <= count * 8 else {
      throw source.error(
        .truncated, "\(count) bytes cannot hold \(width)×\(height) pixels", "at least \(leastBits / 8) bytes")
    }
  }
}
