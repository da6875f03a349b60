public import SwiftletFormats
public import SwiftletGraph

extension Image {
  /// This image at another size, with the numbers of Pillow's `Image.resize`: two passes, first along rows, in fixed
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
    let narrow = resampledRows(down.inputs, across)
    return Image(
      width: columns.count, height: rows.count,
      pixels: Self.resampledColumns(narrow, columns.count * 3, down, down.inputs.lowerBound))
  }

  /// The first pass: `rows` of this image, each resampled. `[rows, outputs, 3]`.
  private func resampledRows(_ rows: Range<Int>, _ axis: ResamplingAxis) -> [UInt8] {
    let outputs = axis.starts.count
    var result = [UInt8](repeating: 0, count: rows.count * outputs * 3)
    // Pointers, because this loop takes most of the time of preparing a photo. `axis` lies within `width`.
    result.withUnsafeMutableBufferPointer { result in
      pixels.withUnsafeBufferPointer { pixels in
        axis.weights.withUnsafeBufferPointer { weights in
          var to = 0
          for y in rows {
            for x in 0..<outputs {
              var red = half
              var green = half
              var blue = half
              var from = (y * width + axis.starts[x]) * 3
              for tap in x * axis.taps..<x * axis.taps + axis.counts[x] {
                red &+= Int32(pixels[from]) &* weights[tap]
                green &+= Int32(pixels[from + 1]) &* weights[tap]
                blue &+= Int32(pixels[from + 2]) &* weights[tap]
                from += 3
              }
              result[to] = rounded(red)
              result[to + 1] = rounded(green)
              result[to + 2] = rounded(blue)
              to += 3
            }
          }
        }
      }
    }
    return result
  }

  /// The second pass: rows of `stride` bytes, the first of which is row `first` of the image, to the rows of `axis`.
  private static func resampledColumns(
    _ rows: [UInt8], _ stride: Int, _ axis: ResamplingAxis, _ first: Int
  ) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: axis.starts.count * stride)
    var sums = [Int32](repeating: half, count: stride)
    for y in axis.starts.indices {
      for i in 0..<stride { sums[i] = half }
      for tap in 0..<axis.counts[y] {
        let weight = axis.weights[y * axis.taps + tap]
        let from = (axis.starts[y] - first + tap) * stride
        for i in 0..<stride { sums[i] &+= Int32(rows[from + i]) &* weight }
      }
      for i in 0..<stride { result[y * stride + i] = rounded(sums[i]) }
    }
    return result
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

/// One half in fixed point, so that cutting off the fraction rounds.
private let half: Int32 = 1 << (ResamplingAxis.fractionBits - 1)

private func rounded(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> ResamplingAxis.fractionBits) }

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
