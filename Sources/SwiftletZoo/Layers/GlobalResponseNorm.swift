import SwiftletGraph
import SwiftletOps

/// Channels compete: each is scaled by the length of its map against the mean length (equations 1 to 3).
///
/// Woo et al., "ConvNeXt V2", CVPR 2023.
struct GlobalResponseNorm: Layer {
  func callAsFunction(_ x: Tensor) -> Tensor {
    let length = x.apply(ReduceL2(axes: [2, 3]))
    let share = length / (length.apply(ReduceMean(axes: [1])) + 1e-6)
    let (weight, bias) = (x.parameter("weight", [x.channels]), x.parameter("bias", [x.channels]))
    return x * (share * weight.perChannel + 1) + bias.perChannel
  }
}
