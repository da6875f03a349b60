import SwiftletGraph
import SwiftletOps

/// How a block shrinks its maps: by the stride of its filter, or by a low-pass filter after one without stride.
///
/// Zhang, "Making Convolutional Networks Shift-Invariant Again", ICML 2019.
public enum Subsampling: Hashable, Sendable {
  case stride
  /// The mean of each square.
  case mean
  /// Binomial weights 1 2 1 on both axes, zeros around the map.
  case blur

  /// The stride that is left to the block's filter.
  func filterStride(_ stride: Int) -> Int { self == .stride ? stride : 1 }

  /// What follows the filter. Two means of two pixels, one after the other, have binomial weights.
  func pooled(_ x: Tensor, _ stride: Int) -> Tensor {
    if stride == 1 { return x }
    switch self {
    case .stride: return x
    case .mean: return x.averagePooled(stride, stride: stride)
    case .blur: return x.averagePooled(2, stride: 1, padding: 1).averagePooled(2, stride: stride)
    }
  }
}
