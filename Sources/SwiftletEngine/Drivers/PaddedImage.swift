/// An image with zeros around it, of which each thread makes some rows at a time, in a band of its own, before it reads them.
struct PaddedImage: BitwiseCopyable {
  /// Writes all planes of an image, a band as if it were the whole.
  var pad: PadCommand
  /// Floats from a thread's band to the next one's.
  var stride: Int
  /// Of the convolution's output, the most at a time; how many rows of a band those see, and by how many the next row sees others.
  var rows: Int
  var seen: Int
  var step: Int
  /// For each thread a piece for each plane, of what its tiles fetch.
  var pieces: UnsafeMutablePointer<FetchList.Piece>

  /// The band with what rows of the output see, as if it began with the image.
  func make(_ image: Int, _ rows: Range<Int>, _ thread: Int) -> UnsafePointer<Float> {
    var pad = pad
    let first = rows.lowerBound * step
    pad.output += thread * stride - first * pad.outputRow
    pad.inputPlanes += image * pad.share.maps
    for plane in 0..<pad.share.maps { pad.write(plane, first..<first + (rows.count - 1) * step + seen) }
    return UnsafePointer(pad.output)
  }

  /// What the band after that of `rows` reads and this one does not, to be fetched while tiles read this one: a caller's image is not
  /// in any cache when a network begins.
  func ahead(_ image: Int, _ rows: Range<Int>, _ thread: Int) -> FetchList {
    let (planes, own) = (pad.share.maps, pieces + thread * pad.share.maps)
    let known = (rows.upperBound - 1) * step + seen - pad.top
    let fetched = (known..<known + self.rows * step).clamped(to: 0..<pad.height)
    for plane in 0..<planes {
      let start = pad.input.unsafelyUnwrapped + (pad.inputPlanes[image * planes + plane] + fetched.lowerBound * pad.row)
      own[plane] = FetchList.Piece(start: start, count: fetched.count * pad.row)
    }
    return FetchList(pieces: UnsafePointer(own), count: fetched.isEmpty ? 0 : planes)
  }
}
