public import SwiftletGraph
import SwiftletOps

extension Tensor {
  /// The pixels of a map `[batch, channels, height, width]` as tokens `[batch, height · width, channels]`.
  ///
  /// In an engine that keeps the channels of a pixel together these are the same numbers in the same place.
  public var tokens: Tensor { reshaped([shape[0], channels, height * width]).transposed([0, 2, 1]) }

  /// Tokens `[batch, rows · columns, channels]` as a map: the inverse of `tokens`.
  public func map(_ rows: Int, _ columns: Int) -> Tensor {
    let channels = shape[shape.rank - 1]
    return transposed([0, 2, 1]).reshaped([shape[0], channels, rows, columns])
  }

  /// The token at `index` of `[batch, tokens, size]` as a vector `[batch, size]`.
  func token(_ index: Int) -> Tensor {
    let token = apply(Slice(axis: 1, start: index, end: index + 1))
    return token.reshaped([token.shape[0], token.shape[token.shape.rank - 1]])
  }

  /// A vector `[size]` as factors of the channels of a map.
  var perChannel: Tensor { reshaped([1, shape[0], 1, 1]) }

  /// The values with lengths of 1 along the last dimension; a length below 1e-12 counts as 1e-12.
  var unitLength: Tensor {
    let length = apply(ReduceL2(axes: [shape.rank - 1]))
    return self / length.apply(Clip(min: 1e-12, max: .greatestFiniteMagnitude))
  }
}

/// Normalisation of the channels of each pixel of a map. Parameters: `weight`, `bias`. Names: timm's `LayerNorm2d`.
public struct LayerNorm2D: Layer {
  var epsilon: Float
  public init(epsilon: Float = 1e-6) { self.epsilon = epsilon }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    LayerNorm(epsilon: epsilon)(x.tokens).map(x.height, x.width)
  }
}

extension Tensor {
  /// Lists the parameters of `layer` on a map of `channels` here, though it is applied later: the reference's state dict
  /// has some layers before others that come first in the computation.
  func declare(_ name: String, channels: Int, _ layer: some Layer) {
    let alone = try? Graph(input: [1, channels, 1, 1]) { [layer($0)] }
    declare((alone?.parameters ?? []).map { ("\(name).\($0.name)", $0.shape, $0.isBuffer) })
  }
}
