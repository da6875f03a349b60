public import SwiftletGraph
import SwiftletOps

/// Batch normalisation. Parameters: `weight`, `bias`, then the buffers `running_mean`, `running_var`.
public struct BatchNorm: Layer {
  var epsilon: Float
  public init(epsilon: Float = 1e-5) { self.epsilon = epsilon }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let size: Shape = [x.channels]
    return x.apply(
      BatchNormalization(epsilon: epsilon), x.parameter("weight", size), x.parameter("bias", size),
      x.buffer("running_mean", size), x.buffer("running_var", size))
  }
}

/// Normalisation of the last dimension. Parameters: `weight`, `bias`.
public struct LayerNorm: Layer {
  var epsilon: Float
  public init(epsilon: Float = 1e-5) { self.epsilon = epsilon }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let size: Shape = [x.shape[x.shape.rank - 1]]
    return x.apply(LayerNormalization(epsilon: epsilon), x.parameter("weight", size), x.parameter("bias", size))
  }
}

/// Normalisation of groups of channels over all their pixels. Parameters: `weight`, `bias`.
public struct GroupNorm: Layer {
  var groups: Int
  var epsilon: Float
  public init(_ groups: Int, epsilon: Float = 1e-5) { (self.groups, self.epsilon) = (groups, epsilon) }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let size: Shape = [x.channels]
    return x.apply(
      GroupNormalization(groups: groups, epsilon: epsilon), x.parameter("weight", size), x.parameter("bias", size))
  }
}

extension Tensor {
  /// Lists the parameters of a batch normalisation of `channels` here, though it is used further on.
  func declareBatchNorm(_ name: String, _ channels: Int) {
    declare([
      ("\(name).weight", [channels], false), ("\(name).bias", [channels], false),
      ("\(name).running_mean", [channels], true), ("\(name).running_var", [channels], true),
    ])
  }
}
