public import SwiftletGraph
import SwiftletOps

/// A fully connected layer on the last dimension. Parameters: `weight` `[out, in]`, and `bias` `[out]` unless told otherwise.
public struct Linear: Layer {
  var out: Int
  var bias: Bool
  public init(_ out: Int, bias: Bool = true) { (self.out, self.bias) = (out, bias) }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let weight = x.parameter("weight", [out, x.shape[x.shape.rank - 1]])
    return bias ? x.apply(Gemm(), weight, x.parameter("bias", [out])) : x.apply(Gemm(), weight)
  }
}

/// Zeroes elements at random while training.
public struct DropoutLayer: Layer {
  var ratio: Double
  public init(_ ratio: Double) { self.ratio = ratio }
  public func callAsFunction(_ x: Tensor) -> Tensor { x.apply(Dropout(ratio: ratio)) }
}

extension Tensor {
  /// The classifier `name` on a vector `[batch, features]`; the features themselves where there are no classes.
  public func classified(_ name: String, _ classes: Int) -> Tensor {
    classes == 0 ? self : scoped(name, Linear(classes))
  }

  /// As `classified`, without a bias.
  func classifiedWithoutBias(_ name: String, _ classes: Int) -> Tensor {
    classes == 0 ? self : scoped(name, Linear(classes, bias: false))
  }
}
