public import SwiftletGraph

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Local response normalisation: each value over (bias + alpha / size · Σ x²)^beta, the sum over `size` neighbouring
/// channels.
///
/// Channels outside the map count as 0. Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural
/// Networks", NeurIPS 2012, §3.3, with Caffe's division of alpha by the size.
public struct LRN: Op {
  public static let name = "LRN"
  public static let samples = [
    Sample(LRN(size: 5), [[2, 9, 3, 4]], range: -20...20),
    Sample(LRN(size: 3, alpha: 0.5, beta: 0.5, bias: 2), [[1, 4, 2, 2]]),
    Sample(LRN(size: 4, alpha: 1), [[1, 6, 2, 2]]),
  ]
  public var size: Int
  public var alpha: Float
  public var beta: Float
  public var bias: Float

  public init(size: Int, alpha: Float = 1e-4, beta: Float = 0.75, bias: Float = 1) {
    (self.size, self.alpha, self.beta, self.bias) = (size, alpha, beta, bias)
  }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, inputs[0].rank == 4, (1...Shape.limit).contains(size) else {
      throw GraphError("expects one map and at least one channel in the sum, found \(inputs) and \(size)")
    }
    return inputs[0]
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let x = inputs[0]
    let (channels, plane) = (x.shape[1], x.shape[2] * x.shape[3])
    return NDArray(x.shape) { i in
      let c = i / plane % channels
      let first = i - c * plane
      var sum = 0.0
      for near in max(0, c - (size - 1) / 2)...min(channels - 1, c + size / 2) {
        let value = Double(x.scalars[first + near * plane])
        sum += value * value
      }
      return Float(Double(x.scalars[i]) * pow(Double(bias) + Double(alpha) / Double(size) * sum, -Double(beta)))
    }
  }
}
