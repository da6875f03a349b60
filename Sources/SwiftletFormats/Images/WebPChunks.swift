/// Where in a WebP file the picture is. RFC 9649, section 2.
struct WebPChunks {
  /// The bytes of the still picture, or of the first frame of an animation, for the decoder.
  private(set) var picture: Range<Int>
  /// The size of the canvas, where the file has one.
  private(set) var canvas: (width: Int, height: Int)?
  /// Where on the canvas the picture lies.
  private(set) var place = (x: 0, y: 0)
  private(set) var orientation = Orientation.upright
  private var hasExif = false
  private var hasFrame = false

  init(_ source: ImageSource) throws(ImageError) {
    picture = 0..<source.bytes.count
    guard let size = source.bytes.unsigned(at: 4, 4, .little) else {
      throw source.error(.truncated, at: source.bytes.count, "the end of the file", "a RIFF header of 12 bytes")
    }
    guard size <= source.bytes.count - 8 || source.limits.allowsPartial else {
      throw source.error(.truncated, at: source.bytes.count, "the end of the file", "\(size + 8) bytes")
    }
    let end = min(size + 8, source.bytes.count)
    var offset = 12
    var count = 0
    while offset + 8 <= end, let length = source.bytes.unsigned(at: offset + 4, 4, .little) {
      count += 1
      try source.check(chunks: count, at: offset)
      let type = String(decoding: source.bytes[offset..<offset + 4], as: Unicode.ASCII.self)
      try read(type, offset + 8..<min(offset + 8 + length, end), source)
      offset += 8 + length + length % 2
    }
  }

  private mutating func read(_ type: String, _ body: Range<Int>, _ source: ImageSource) throws(ImageError) {
    let chunk = source.bytes[body]
    switch type {
    case "VP8X":
      guard let width = chunk.unsigned(at: 4, 3, .little), let height = chunk.unsigned(at: 7, 3, .little) else {
        throw source.error(.truncated, at: body.upperBound, "\(chunk.count) bytes of VP8X", "10 bytes")
      }
      canvas = (width + 1, height + 1)
      try source.check(width: width + 1, height: height + 1, at: body.lowerBound)
    case "ANMF" where !hasFrame:
      guard chunk.count > 16, let x = chunk.unsigned(at: 0, 3, .little), let y = chunk.unsigned(at: 3, 3, .little)
      else { throw source.error(.truncated, at: body.upperBound, "\(chunk.count) bytes of ANMF", "more than 16 bytes") }
      hasFrame = true
      place = (2 * x, 2 * y)
      picture = body.lowerBound + 16..<body.upperBound
    case "EXIF" where !hasExif:
      hasExif = true
      orientation = Exif.orientation(chunk)
    default: break
    }
  }
}
