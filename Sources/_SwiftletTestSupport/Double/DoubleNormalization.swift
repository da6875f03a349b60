import SwiftletGraph
import SwiftletOps

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Normalisations in double precision.

extension Collection<Double> {
  /// What each value is away from the mean, and the sum of its squares.
  fileprivate func centred() -> (values: [Double], squares: Double) {
    let mean = reduce(0, +) / Double(count)
    let values = map { $0 - mean }
    return (values, values.reduce(0) { $0 + $1 * $1 })
  }

  /// Mean 0 and variance 1.
  fileprivate func normalised(_ epsilon: Float) -> [Double] {
    let (values, squares) = centred()
    let deviation = (squares / Double(count) + Double(epsilon)).squareRoot()
    return values.map { $0 / deviation }
  }
}

extension BatchNormalization {
  /// - Parameter statistics: scale, bias, mean and variance.
  func inDouble(_ x: DoubleArray, _ statistics: [[Double]]) -> DoubleArray {
    x.mappedRuns(of: x.shape.dropFirst(2).reduce(1, *)) { map, i in
      let c = i % x.shape[1]
      let factor = statistics[0][c] / (statistics[3][c] + Double(epsilon)).squareRoot()
      return map.map { ($0 - statistics[2][c]) * factor + statistics[1][c] }
    }
  }
}

extension GroupNormalization {
  func inDouble(_ x: DoubleArray, _ scale: [Double], _ bias: [Double]) -> DoubleArray {
    let plane = x.shape.dropFirst(2).reduce(1, *)
    let channels = x.shape[1] / groups
    return x.mappedRuns(of: channels * plane) { group, i in
      group.normalised(epsilon).enumerated().map { j, value in
        let c = i % groups * channels + j / plane
        return value * scale[c] + bias[c]
      }
    }
  }
}

extension LayerNormalization {
  func inDouble(_ x: DoubleArray, _ scale: [Double], _ bias: [Double]) -> DoubleArray {
    x.mappedRuns(of: scale.count) { row, _ in
      row.normalised(epsilon).enumerated().map { $1 * scale[$0] + bias[$0] }
    }
  }
}

extension SimAM {
  func inDouble(_ x: DoubleArray) -> DoubleArray {
    x.mappedRuns(of: x.shape[2] * x.shape[3]) { map, _ in
      let (centred, squares) = map.centred()
      let variance = squares / Double(max(1, map.count - 1))
      return zip(map, centred).map { value, d in
        value * Sigmoid().formula(d * d / (4 * (variance + Double(lambda))) + 0.5)
      }
    }
  }
}

extension LRN {
  func inDouble(_ x: DoubleArray) -> DoubleArray {
    let (channels, plane) = (x.shape[1], x.shape[2] * x.shape[3])
    return DoubleArray(
      x.shape,
      x.scalars.indices.map { i in
        let c = i / plane % channels
        let near = max(0, c - (size - 1) / 2)...min(channels - 1, c + size / 2)
        let sum = near.reduce(0) { $0 + x.scalars[i + ($1 - c) * plane] * x.scalars[i + ($1 - c) * plane] }
        return x.scalars[i] * pow(Double(bias) + Double(alpha) / Double(size) * sum, -Double(beta))
      })
  }
}
