import SwiftletGraph
import SwiftletOps

/// A short filter along the channels weighs each by its neighbours. Wang et al., "ECA-Net", CVPR 2020,
/// https://arxiv.org/abs/1910.03151, figure 2, equation 12 (γ = 2, b = 1).
struct EfficientChannelAttention: Layer {
  func callAsFunction(_ x: Tensor) -> Tensor {
    let bits = Int.bitWidth - 1 - x.channels.leadingZeroBitCount
    let taps = max(3, (bits + 1) / 2 | 1)
    let weight = x.scoped("conv") { $0.parameter("weight", [1, 1, taps]) }.reshaped([1, 1, 1, taps])
    let row = x.globalAveragePooled.reshaped([x.shape[0], 1, 1, x.channels])
    let filtered = row.apply(Conv(Window([1, taps], pads: Pads(0, taps / 2))), weight)
    return x * filtered.sigmoid.reshaped([x.shape[0], x.channels, 1, 1])
  }
}
