/// What a file may demand before it is refused. Headers are checked against these before any pixel is allocated.
public struct ImageLimits: Hashable, Sendable {
  /// Width × height.
  public var pixels = 100_000_000
  /// Width, and height.
  public var side = 65_535
  /// Scans of a progressive JPEG: each is a pass over all pixels.
  public var scans = 100
  /// Chunks or segments of a file.
  public var chunks = 10_000
  /// Bytes of a file.
  public var fileBytes = 256 << 20
  /// Whether a truncated file gives the pixels that it has. The others are black or grey.
  public var allowsPartial = false

  public init() {}

  public static let `default` = ImageLimits()
  /// For photos from strangers: 32 megapixels, 32 MiB.
  public static let server = {
    var limits = ImageLimits()
    limits.pixels = 32_000_000
    limits.fileBytes = 32 << 20
    return limits
  }()
}
