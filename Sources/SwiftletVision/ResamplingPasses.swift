extension ResamplingAxis {
  /// One half in fixed point, so that cutting off the fraction rounds.
  private static let half: Int32 = 1 << (fractionBits - 1)

  private static func level(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> fractionBits) }

  // Pointers in both passes: these loops take most of the time of preparing a photo. `starts` and `counts` lie within
  // the input by construction.

  /// The pass along rows. `image` has `width` RGB pixels a row, of which the first is input pixel `first` of this axis;
  /// the result has the given rows, `[rows, outputs, 3]`.
  func resampleRows(_ image: [UInt8], width: Int, first: Int, rows: Range<Int>) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: rows.count * starts.count * 3)
    result.withUnsafeMutableBufferPointer { result in
      image.withUnsafeBufferPointer { image in
        weights.withUnsafeBufferPointer { weights in
          var to = 0
          for y in rows {
            for x in starts.indices {
              var (red, green, blue) = (Self.half, Self.half, Self.half)
              var from = (y * width + starts[x] - first) * 3
              for tap in x * taps..<x * taps + counts[x] {
                red &+= Int32(image[from]) &* weights[tap]
                green &+= Int32(image[from + 1]) &* weights[tap]
                blue &+= Int32(image[from + 2]) &* weights[tap]
                from += 3
              }
              result[to] = Self.level(red)
              result[to + 1] = Self.level(green)
              result[to + 2] = Self.level(blue)
              to += 3
            }
          }
        }
      }
    }
    return result
  }

  /// The pass along columns. `image` has `width` RGB pixels a row, and its first row is input pixel `first` of this
  /// axis; the result has the given columns, `[outputs, columns, 3]`.
  func resampleColumns(_ image: [UInt8], width: Int, first: Int, columns: Range<Int>) -> [UInt8] {
    let count = columns.count * 3
    var result = [UInt8](repeating: 0, count: starts.count * count)
    var sums = [Int32](repeating: 0, count: count)
    result.withUnsafeMutableBufferPointer { result in
      sums.withUnsafeMutableBufferPointer { sums in
        image.withUnsafeBufferPointer { image in
          for y in starts.indices {
            sums.update(repeating: Self.half)
            for tap in 0..<counts[y] {
              let weight = weights[y * taps + tap]
              let from = ((starts[y] - first + tap) * width + columns.lowerBound) * 3
              for i in 0..<count { sums[i] &+= Int32(image[from + i]) &* weight }
            }
            for i in 0..<count { result[y * count + i] = Self.level(sums[i]) }
          }
        }
      }
    }
    return result
  }
}
