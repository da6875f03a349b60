import SwiftletGraph

/// One channel of a map, read between its pixels.
struct Plane {
  let scalars: ArraySlice<Float>
  let height: Int
  let width: Int

  /// The pixels that `count` numbers from `first` on hold.
  init(_ x: NDArray, at first: Int, height: Int, width: Int) {
    scalars = x.scalars[first..<first + height * width]
    (self.height, self.width) = (height, width)
  }

  /// The value at (y, x) between the four pixels around it; what lies outside the map is 0.
  func bilinear(_ y: Double, _ x: Double) -> Double {
    guard y > -1, y < Double(height), x > -1, x < Double(width) else { return 0 }
    let (top, left) = (y.rounded(.down), x.rounded(.down))
    let (v, h) = (y - top, x - left)
    let (r, c) = (Int(top), Int(left))
    return (1 - v) * ((1 - h) * pixel(r, c) + h * pixel(r, c + 1))
      + v * ((1 - h) * pixel(r + 1, c) + h * pixel(r + 1, c + 1))
  }

  private func pixel(_ r: Int, _ c: Int) -> Double {
    guard r >= 0, r < height, c >= 0, c < width else { return 0 }
    return Double(scalars[scalars.startIndex + r * width + c])
  }

  /// As `bilinear`, with (y, x) first moved onto the map.
  func clamped(_ y: Double, _ x: Double) -> Double {
    bilinear(min(max(y, 0), Double(height - 1)), min(max(x, 0), Double(width - 1)))
  }
}
