/// The formats that are read, told apart by their first bytes.
enum ImageFormat {
  case jpeg, png, webp

  /// How many bytes tell.
  static let headCount = 12
  static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  init?(_ head: ArraySlice<UInt8>) {
    if head.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if head.starts(with: Self.pngSignature) {
      self = .png
    } else if head.starts(with: "RIFF".utf8), head.dropFirst(8).starts(with: "WEBP".utf8) {
      self = .webp
    } else {
      return nil
    }
  }
}

/// The bytes of a photo and what may be done with them.
struct ImageSource {
  /// The path, or what the caller calls these bytes.
  let path: String
  let format: ImageFormat
  let bytes: [UInt8]
  let limits: ImageLimits

  init(path: String, bytes: [UInt8], limits: ImageLimits) throws(ImageError) {
    self.path = path
    self.bytes = bytes
    self.limits = limits
    try Self.checkCount(bytes.count, path, limits)
    format = try Self.format(bytes.prefix(ImageFormat.headCount), path)
  }

  /// Reads a regular file, the whole of it only when its first bytes are those of a photo.
  init(path: String, limits: ImageLimits) throws(ImageError) {
    let file = try ImageFile(path)
    try Self.checkCount(file.count, path, limits)
    let head = try file.next(min(file.count, ImageFormat.headCount))
    format = try Self.format(head[...], path)
    bytes = head + (try file.next(file.count - head.count))
    self.path = path
    self.limits = limits
  }

  private static func checkCount(_ count: Int, _ path: String, _ limits: ImageLimits) throws(ImageError) {
    guard count > 0 else { throw ImageError(.empty, path: path, found: "the file is empty", expected: "a photo") }
    guard count <= limits.fileBytes else {
      throw ImageError(
        .limitExceeded, path: path, found: "\(count) bytes", expected: "at most \(limits.fileBytes) bytes")
    }
  }

  private static func format(_ head: ArraySlice<UInt8>, _ path: String) throws(ImageError) -> ImageFormat {
    if let format = ImageFormat(head) { return format }
    let hex = head.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    throw ImageError(
      .unknownFormat, path: path, place: "byte 0", found: "the bytes \(hex)", expected: "a JPEG, PNG or WebP photo")
  }

  func error(_ code: ImageError.Code, at offset: Int, _ found: String, _ expected: String = "") -> ImageError {
    ImageError(code, path: path, place: "byte \(offset)", found: found, expected: expected)
  }

  func error(_ code: ImageError.Code, _ found: String, _ expected: String = "") -> ImageError {
    ImageError(code, path: path, found: found, expected: expected)
  }

  /// Holds the sizes that a header claims against the limits.
  func check(width: Int, height: Int, at offset: Int) throws(ImageError) {
    guard width > 0, height > 0 else {
      throw error(.malformed, at: offset, "a size of \(width)×\(height)", "at least 1×1 pixels")
    }
    guard width <= limits.side, height <= limits.side else {
      throw error(.limitExceeded, at: offset, "\(width)×\(height) pixels", "sides of at most \(limits.side) pixels")
    }
    guard width <= limits.pixels / height else {
      throw error(.limitExceeded, at: offset, "\(width)×\(height) pixels", "at most \(limits.pixels) pixels")
    }
  }

  func check(chunks: Int, at offset: Int) throws(ImageError) {
    guard chunks <= limits.chunks else {
      throw error(.limitExceeded, at: offset, "more than \(limits.chunks) chunks", "at most \(limits.chunks) chunks")
    }
  }

  /// Zeros for as many bytes as a checked header demands.
  func allocate(_ count: Int) throws(ImageError) -> [UInt8] {
    try ImageFile.probe(count, path)
    return [UInt8](repeating: 0, count: count)
  }
}
