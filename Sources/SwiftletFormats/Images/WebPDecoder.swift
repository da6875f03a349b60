import CWebP

/// WebP by libwebp. Of an animation, the first frame on a black canvas.
enum WebPDecoder {
  static func decode(_ source: ImageSource) throws(ImageError) -> Image {
    let chunks = try WebPChunks(source)
    let size = try size(source, chunks)
    let canvas = chunks.canvas ?? size
    let (x, y) = chunks.place
    guard x + size.width <= canvas.width, y + size.height <= canvas.height else {
      throw source.error(
        .malformed, at: chunks.picture.lowerBound, "\(size.width)×\(size.height) pixels at (\(x), \(y))",
        "a picture within \(canvas.width)×\(canvas.height)")
    }
    var pixels = try source.allocate(canvas.width * canvas.height * 3)
    let stride = canvas.width * 3
    try decode(source, chunks.picture, into: &pixels, at: y * stride + x * 3, size, stride)
    return try chunks.orientation.applied(width: canvas.width, height: canvas.height, pixels: pixels, source)
  }

  private static func size(_ source: ImageSource, _ chunks: WebPChunks) throws(ImageError) -> (width: Int, height: Int)
  {
    var features = WebPBitstreamFeatures()
    let status = source.bytes[chunks.picture].withUnsafeBufferPointer {
      WebPGetFeatures($0.baseAddress, $0.count, &features)
    }
    try check(status, source, chunks.picture)
    let size = (width: Int(features.width), height: Int(features.height))
    try source.check(width: size.width, height: size.height, at: chunks.picture.lowerBound)
    return size
  }

  private static func decode(
    _ source: ImageSource, _ picture: Range<Int>, into pixels: inout [UInt8], at start: Int,
    _ size: (width: Int, height: Int), _ stride: Int
  ) throws(ImageError) {
    let status = source.bytes[picture].withUnsafeBufferPointer { bytes in
      pixels.withUnsafeMutableBufferPointer { pixels in
        let pixels = UnsafeMutableBufferPointer(
          rebasing: pixels[start..<start + (size.height - 1) * stride + size.width * 3])
        guard
          let decoder = WebPINewRGB(WEBP_CSP_MODE(MODE_RGB.rawValue), pixels.baseAddress, pixels.count, Int32(stride))
        else { return VP8_STATUS_OUT_OF_MEMORY }
        defer { WebPIDelete(decoder) }
        let status = WebPIUpdate(decoder, bytes.baseAddress, bytes.count)
        var rows: Int32 = 0
        _ = WebPIDecGetRGB(decoder, &rows, nil, nil, nil)
        return status == VP8_STATUS_SUSPENDED && source.limits.allowsPartial && rows > 0 ? VP8_STATUS_OK : status
      }
    }
    try check(status, source, picture)
  }

  private static func check(
    _ status: VP8StatusCode, _ source: ImageSource, _ picture: Range<Int>
  ) throws(ImageError) {
    switch status {
    case VP8_STATUS_OK: return
    case VP8_STATUS_SUSPENDED, VP8_STATUS_NOT_ENOUGH_DATA:
      throw source.error(.truncated, at: picture.upperBound, "the end of the WebP data", "more of it")
    case VP8_STATUS_OUT_OF_MEMORY: throw source.error(.outOfMemory, "no memory for a decoder")
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      throw source.error(.unsupported, at: picture.lowerBound, "a WebP feature that is not read")
    default: throw source.error(.malformed, at: picture.lowerBound, "WebP data that breaks its rules")
    }
  }
}
