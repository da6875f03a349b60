public import SwiftletFormats
public import SwiftletGraph

extension Preprocessing {
  /// A photo as a network sees it: scaled, cropped, its colours in `channelOrder`, in 0…1, less `mean`, divided by `std`.
  /// `[1, channels, height, width]`.
  public func tensor(from image: Image) throws(PreprocessingError) -> NDArray { try tensor(from: [image]) }

  /// The same for many photos, which may differ in size. `[images, channels, height, width]`.
  public func tensor(from images: [Image]) throws(PreprocessingError) -> NDArray {
    try check(images.count)
    let levels = normalizedLevels
    var scalars: [Float] = []
    scalars.reserveCapacity(images.count * channels * height * width)
    for image in images {
      let cropped = try cropped(channels == 1 ? image.luma : image)
      for channel in 0..<channels {
        let color = channelOrder == .bgr ? 2 - channel : channel
        for i in 0..<height * width { scalars.append(levels[channel * 256 + Int(cropped.pixels[3 * i + color])]) }
      }
    }
    return NDArray([images.count, channels, height, width], scalars)
  }

  /// The pixels of a photo that a network sees, before they become floats: scaled and cropped to `width` × `height`.
  public func cropped(_ image: Image) throws(PreprocessingError) -> Image {
    try check(1)
    let placement = try Placement(self, width: image.width, height: image.height)
    let columns = max(0, placement.left)..<min(placement.width, placement.left + width)
    let rows = max(0, placement.top)..<min(placement.height, placement.top + height)
    let size = (placement.width, placement.height)
    let scaled =
      size == (image.width, image.height)
      ? image.window(columns, rows)
      : image.resized(to: size, filter: interpolation, columns: columns, rows: rows)
    return scaled.framed(
      width: width, height: height, x: columns.lowerBound - placement.left, y: rows.lowerBound - placement.top, border)
  }

  /// What surrounds a photo that is smaller than the input: its mean where a border is asked for, otherwise black.
  private var border: [UInt8] {
    guard cropMode == .border else { return [0, 0, 0] }
    let levels = mean.map { UInt8(clamping: Int((255 * Double($0)).rounded(.toNearestOrEven))) }
    if channels == 1 { return [levels[0], levels[0], levels[0]] }
    return channelOrder == .bgr ? levels.reversed() : levels
  }

  /// What each of the 256 levels becomes, channel by channel.
  private var normalizedLevels: [Float] {
    zip(mean, std).flatMap { mean, std in (0..<256).map { (Float($0) / 255 - mean) / std } }
  }

  private func check(_ images: Int) throws(PreprocessingError) {
    guard channels == 1 || channels == 3 else { throw PreprocessingError("\(channels) channels", expected: "1 or 3") }
    guard mean.count == channels, std.count == channels, mean.allSatisfy({ abs($0) <= 1000 }),
      std.allSatisfy({ $0 > 0 && $0.isFinite })
    else {
      throw PreprocessingError("mean \(mean) and std \(std)", expected: "\(channels) numbers each, std above 0")
    }
    let limit = ImageLimits.default.pixels
    guard width > 0, height > 0, width <= limit / height, images <= limit / (width * height) else {
      throw PreprocessingError(
        "\(images) inputs of \(width)×\(height)", expected: "positive sides and at most \(limit) pixels in all")
    }
  }
}

extension Image {
  /// The brightness of each pixel in all three channels: ITU-R BT.601 in 16 bits of fixed point, as Pillow's "L".
  var luma: Image {
    var grey = pixels
    for i in stride(from: 0, to: pixels.count, by: 3) {
      let sum = Int(pixels[i]) * 19595 + Int(pixels[i + 1]) * 38470 + Int(pixels[i + 2]) * 7471
      let level = UInt8((sum + 0x8000) >> 16)
      (grey[i], grey[i + 1], grey[i + 2]) = (level, level, level)
    }
    return Image(width: width, height: height, pixels: grey)
  }

  /// The pixels in `columns` and `rows`, which must lie within the image.
  func window(_ columns: Range<Int>, _ rows: Range<Int>) -> Image {
    let cut = rows.flatMap { y in
      pixels[(y * width + columns.lowerBound) * 3..<(y * width + columns.upperBound) * 3]
    }
    return Image(width: columns.count, height: rows.count, pixels: cut)
  }

  /// This image at (x, y) on a canvas of one colour that holds it.
  func framed(width: Int, height: Int, x: Int, y: Int, _ color: [UInt8]) -> Image {
    if (width, height) == (self.width, self.height) { return self }
    var canvas = (0..<width * height * 3).map { color[$0 % 3] }
    for row in 0..<self.height {
      let from = row * self.width * 3
      let to = ((y + row) * width + x) * 3
      canvas.replaceSubrange(to..<to + self.width * 3, with: pixels[from..<from + self.width * 3])
    }
    return Image(width: width, height: height, pixels: canvas)
  }
}
