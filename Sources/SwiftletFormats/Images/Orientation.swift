/// How a camera was held: what has to be done to the stored pixels. Raw values as in EXIF 2.3, tag 0x0112.
enum Orientation: Int {
  case upright = 1
  case mirrored, upsideDown, flipped, transposed, quarterTurn, transversed, threeQuarterTurn

  /// Whether rows become columns.
  private var swapsSides: Bool { rawValue >= 5 }

  /// The pixels as they are to be seen.
  func applied(width: Int, height: Int, pixels: [UInt8], _ source: ImageSource) throws(ImageError) -> Image {
    if self == .upright { return Image(width: width, height: height, pixels: pixels) }
    let (outWidth, outHeight) = swapsSides ? (height, width) : (width, height)
    var out = try source.allocate(pixels.count)
    let walk = walk(width, height)
    var to = 0
    for y in 0..<outHeight {
      var from = walk.start + y * walk.down
      for _ in 0..<outWidth {
        out[to] = pixels[from]
        out[to + 1] = pixels[from + 1]
        out[to + 2] = pixels[from + 2]
        to += 3
        from += walk.right
      }
    }
    return Image(width: outWidth, height: outHeight, pixels: out)
  }

  /// Where in the stored bytes the first pixel seen lies, and how far its neighbours to the right and below are.
  private func walk(_ width: Int, _ height: Int) -> (start: Int, right: Int, down: Int) {
    let x = 3
    let y = 3 * width
    let lastX = x * (width - 1)
    let lastY = y * (height - 1)
    return switch self {
    case .upright: (0, x, y)
    case .mirrored: (lastX, -x, y)
    case .upsideDown: (lastX + lastY, -x, -y)
    case .flipped: (lastY, x, -y)
    case .transposed: (0, y, x)
    case .quarterTurn: (lastY, -y, x)
    case .transversed: (lastX + lastY, -y, -x)
    case .threeQuarterTurn: (lastX, y, -x)
    }
  }
}
