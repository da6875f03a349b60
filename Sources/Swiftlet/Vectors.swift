#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// exp(x) / Σ exp(x), as probabilities.
func softmax(_ logits: [Float]) -> [Float] {
  let largest = Double(logits.max() ?? 0)
  let powers = logits.map { exp(Double($0) - largest) }
  let sum = powers.reduce(0, +)
  return powers.map { Float($0 / sum) }
}

/// The cosine of the angle between each two vectors of equal length; 0 where one has no length.
///
/// The mean of all vectors is subtracted first: features behind a ReLU all point to the same corner, and what tells
/// photos apart is where they lie around their middle.
public func centredCosines(_ vectors: [[Float]]) -> [[Double]] {
  guard let length = vectors.first?.count else { return [] }
  let mean = (0..<length).map { i in vectors.reduce(0) { $0 + Double($1[i]) } / Double(vectors.count) }
  let centred = vectors.map { vector in zip(vector, mean).map { Double($0) - $1 } }
  func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  let norms = centred.map { dot($0, $0).squareRoot() }
  return centred.indices.map { i in
    centred.indices.map { j in
      let scale = norms[i] * norms[j]
      return scale > 0 ? dot(centred[i], centred[j]) / scale : 0
    }
  }
}
