/// A photo: 8-bit RGB pixels, row by row from the top, `[height, width, 3]`.
public struct Image: Hashable, Sendable {
  public let width: Int
  public let height: Int
  /// Red, green, blue of each pixel.
  public let pixels: [UInt8]

  /// - Precondition: the sizes are positive and `pixels.count == width * height * 3`; the decoders check what they read.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      width > 0 && height > 0 && pixels.count == width * height * 3,
      "\(pixels.count) bytes do not fill \(width)×\(height) pixels of 3")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}

extension Image {
  /// Reads a JPEG, PNG or WebP file, told apart by content. Grey, palette and CMYK become RGB, 16 bits become the upper
  /// 8, alpha is dropped, the EXIF orientation is applied; of an animation this is the first frame.
  public static func read(path: String, limits: ImageLimits = .default) throws(ImageError) -> Image {
    try decode(ImageSource(path: path, limits: limits))
  }

  /// The same from bytes in memory; `name` stands for the path in errors.
  public static func decode(
    _ bytes: [UInt8], name: String = "image", limits: ImageLimits = .default
  ) throws(ImageError) -> Image {
    try decode(ImageSource(path: name, bytes: bytes, limits: limits))
  }

  private static func decode(_ source: ImageSource) throws(ImageError) -> Image {
    switch source.format {
    case .jpeg: try JPEGDecoder.decode(source)
    case .png: try PNGDecoder.decode(source)
    case .webp: try WebPDecoder.decode(source)
    }
  }
}
