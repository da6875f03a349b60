public import SwiftletFormats
public import SwiftletGraph

extension Image {
  /// This image at another size, with the numbers of `Image.resize` of Pillow 13: one pass along each axis, in fixed
  /// point, with 8 bits between them.
  public func resized(
    to size: (width: Int, height: Int), filter: Preprocessing.Interpolation
  ) throws(PreprocessingError) -> Image {
    let limit = ImageLimits.default.pixels
    guard size.width > 0, size.height > 0, size.width <= limit / size.height else {
      throw PreprocessingError(
        "a size of \(size.width)×\(size.height)", expected: "positive sides and at most \(limit) pixels")
    }
    if size == (width, height) { return self }
    return resized(to: size, filter: filter, columns: 0..<size.width, rows: 0..<size.height)
  }

  /// Of the resized image, only the pixels in `columns` and `rows`, which must lie within `size` and not be empty.
  func resized(
    to size: (width: Int, height: Int), filter: Preprocessing.Interpolation, columns: Range<Int>, rows: Range<Int>
  ) -> Image {
    guard let kernel = filter.kernel else { return nearest(size, columns, rows) }
    let across = ResamplingAxis(input: width, output: size.width, window: columns, filter: kernel)
    let down = ResamplingAxis(input: height, output: size.height, window: rows, filter: kernel)
    // The order shows in the rounding: columns first where the height shrinks by more than twice what the width does.
    let isColumnsFirst = height - size.height > max(0, 2 * (width - size.width))
    let (xs, ys) = (across.inputs, down.inputs)
    let result: [UInt8]
    if isColumnsFirst {
      let low = down.resampleColumns(pixels, width: width, first: 0, columns: xs)
      result = across.resampleRows(low, width: xs.count, first: xs.lowerBound, rows: 0..<rows.count)
    } else {
      let narrow = across.resampleRows(pixels, width: width, first: 0, rows: ys)
      result = down.resampleColumns(
        narrow, width: columns.count, first: ys.lowerBound, columns: 0..<columns.count)
    }
    return Image(width: columns.count, height: rows.count, pixels: result)
  }

  /// The pixel under the centre of each output pixel. Positions are summed up, as Pillow does.
  private func nearest(_ size: (width: Int, height: Int), _ columns: Range<Int>, _ rows: Range<Int>) -> Image {
    let xs = Self.centers(width, size.width, columns)
    let ys = Self.centers(height, size.height, rows)
    var result: [UInt8] = []
    result.reserveCapacity(xs.count * ys.count * 3)
    for y in ys {
      for x in xs {
        let from = (y * width + x) * 3
        result += pixels[from..<from + 3]
      }
    }
    return Image(width: xs.count, height: ys.count, pixels: result)
  }

  private static func centers(_ input: Int, _ output: Int, _ window: Range<Int>) -> [Int] {
    let step = Double(input) / Double(output)
    var position = step * 0.5
    var centers: [Int] = []
    for i in 0..<window.upperBound {
      if i >= window.lowerBound { centers.append(min(Int(position), input - 1)) }
      position += step
    }
    return centers
  }
}

extension Preprocessing.Interpolation {
  /// The kernel; `nil` for the one that weighs nothing.
  fileprivate var kernel: ResamplingFilter? {
    switch self {
    case .nearest: nil
    case .box: .box
    case .bilinear: .bilinear
    case .hamming: .hamming
    case .bicubic: .bicubic
    case .lanczos: .lanczos
    }
  }
}
