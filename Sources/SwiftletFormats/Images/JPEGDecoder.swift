import CTurboJPEG

/// JPEG by libjpeg-turbo with its defaults: accurate inverse DCT, smooth upsampling of the colours.
enum JPEGDecoder {
  static func decode(_ source: ImageSource) throws(ImageError) -> Image {
    let header = try JPEGHeader(source)
    let isCMYK = header.components == 4
    var pixels = try source.allocate(header.width * header.height * (isCMYK ? 4 : 3))
    try decompress(source, header, isCMYK ? TJPF_CMYK : TJPF_RGB, into: &pixels)
    if isCMYK { convertFromCMYK(&pixels) }
    return try header.orientation.applied(width: header.width, height: header.height, pixels: pixels, source)
  }

  /// The first warning ends decoding, for it means lost data. One does not: stray bytes between segments, which some
  /// cameras write; then what follows is decoded as far as it goes.
  private static func decompress(
    _ source: ImageSource, _ header: JPEGHeader, _ format: TJPF, into pixels: inout [UInt8]
  ) throws(ImageError) {
    guard let handle = tjInitDecompress() else { throw source.error(.outOfMemory, "no memory for a decoder") }
    defer { tjDestroy(handle) }
    var flags = TJFLAG_ACCURATEDCT | (source.limits.allowsPartial ? 0 : TJFLAG_STOPONWARNING)
    while true {
      let status = source.bytes.withUnsafeBufferPointer { bytes in
        pixels.withUnsafeMutableBufferPointer { pixels in
          tjDecompress2(
            handle, bytes.baseAddress, UInt(bytes.count), pixels.baseAddress, Int32(header.width), 0,
            Int32(header.height), Int32(format.rawValue), flags)
        }
      }
      if status == 0 { return }
      let message = String(cString: tjGetErrorStr2(handle))
      let isWarning = tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue)
      if isWarning, flags & TJFLAG_STOPONWARNING == 0 { return }
      guard isWarning, message.contains("extraneous bytes before marker") else {
        let isTruncated = message.hasPrefix("Premature end") || message.contains("premature end")
        throw source.error(isTruncated ? .truncated : .malformed, "JPEG data: \(message)")
      }
      flags &= ~TJFLAG_STOPONWARNING
    }
  }

  /// CMYK as Adobe stores it, inverted, to RGB in place: (1 − ink) · (1 − black), rounded.
  private static func convertFromCMYK(_ pixels: inout [UInt8]) {
    let count = pixels.count / 4
    for i in 0..<count {
      let black = Int(pixels[4 * i + 3])
      for c in 0..<3 {
        let ink = 255 - Int(pixels[4 * i + c])
        let product = ink * black + 128
        pixels[3 * i + c] = UInt8(max(0, black - (product >> 8 + product) >> 8))
      }
    }
    pixels.removeLast(count)
  }
}
