/// The one thing that is wanted from EXIF: the orientation. EXIF 2.3 is a TIFF 6.0 header and a directory of entries.
enum Exif {
  /// What stands before the TIFF header in JPEG, and sometimes in WebP.
  static let prefix = Array("Exif\0\0".utf8)

  /// The orientation in a TIFF block. A block without one, or that cannot be read, leaves the photo as it is stored:
  /// cameras and editors write many broken ones. Only the first directory is looked at, so no link is followed.
  static func orientation(_ block: ArraySlice<UInt8>) -> Orientation {
    let tiff = block.starts(with: prefix) ? block.dropFirst(prefix.count) : block
    guard let order = byteOrder(tiff), let directory = tiff.unsigned(at: 4, 4, order),
      let entries = tiff.unsigned(at: directory, 2, order)
    else { return .upright }
    for entry in 0..<entries {
      let offset = directory + 2 + 12 * entry
      guard let tag = tiff.unsigned(at: offset, 2, order) else { break }
      if tag == 0x0112 { return value(tiff, offset, order).flatMap(Orientation.init) ?? .upright }
    }
    return .upright
  }

  private static func byteOrder(_ tiff: ArraySlice<UInt8>) -> ByteOrder? {
    if tiff.starts(with: [0x49, 0x49, 0x2A, 0x00]) { return .little }
    if tiff.starts(with: [0x4D, 0x4D, 0x00, 0x2A]) { return .big }
    return nil
  }

  /// The first value of an entry of SHORT (3) or LONG (4), the types that are met.
  private static func value(_ tiff: ArraySlice<UInt8>, _ entry: Int, _ order: ByteOrder) -> Int? {
    switch tiff.unsigned(at: entry + 2, 2, order) {
    case 3: tiff.unsigned(at: entry + 8, 2, order)
    case 4: tiff.unsigned(at: entry + 8, 4, order)
    default: nil
    }
  }
}
