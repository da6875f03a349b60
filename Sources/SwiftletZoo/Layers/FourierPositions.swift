import SwiftletGraph
import SwiftletOps

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Places as sines and cosines of 32 wavelengths for rows and 32 for columns, projected to the channels. Vaswani et al.,
/// NeurIPS 2017, §3.5; as in DETR.
struct FourierPositions: Layer {
  let height: Int
  let width: Int

  func callAsFunction(_ x: Tensor) -> Tensor {
    let rows = x.constant(waves(height).reshaped([1, 32, height, 1])).expanded([1, 32, height, width])
    let columns = x.constant(waves(width).reshaped([1, 32, 1, width])).expanded([1, 32, height, width])
    return concat(rows, columns).scoped("token_projection", Conv2D(x.channels, 1, bias: true))
  }

  /// `[32, size]`: sines on even lines, cosines on odd ones.
  func waves(_ size: Int) -> NDArray {
    NDArray([32, size]) { i in
      let (line, place) = (i / size, i % size)
      let angle = Float(place + 1) / (Float(size) + 1e-6) * (2 * .pi) / pow(10000, Float(line / 2 * 2) / 32)
      return line % 2 == 0 ? sin(angle) : cos(angle)
    }
  }
}
