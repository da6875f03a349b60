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

  /// The band with what rows of the output see, as if it began with the image.
  func make(_ image: Int, _ rows: Range<Int>, _ thread: Int) -> UnsafePointer<Float> {
    var pad = pad
    let first = rows.lowerBound * step
    pad.output += thread * stride - first * pad.outputRow
    pad.inputPlanes += image * pad.share.maps
    for plane in 0..<pad.share.maps { pad.write(plane, first..<first + (rows.count - 1) * step + seen) }
    return UnsafePointer(pad.output)
  }
}
