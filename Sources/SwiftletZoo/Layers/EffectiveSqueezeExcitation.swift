import SwiftletGraph
import SwiftletOps

/// Squeeze-and-excitation with one layer, so that no channel is lost on the way (CenterMask).
struct EffectiveSqueezeExcitation: Layer {
  func callAsFunction(_ x: Tensor) -> Tensor {
    x * x.globalAveragePooled.scoped("fc", Conv2D(x.channels, 1, bias: true)).hardSigmoid
  }
}
