import SwiftletGraph
import SwiftletOps

/// The universal inverted bottleneck, UIB: an inverted residual with two optional depthwise filters (figure 4).
///
/// Names: timm's `dw_start`, `pw_exp`, `dw_mid`, `pw_proj`, `layer_scale`.
struct UniversalInvertedBottleneck: Layer {
  let out: Int
  /// The kernels before the expansion and behind it; 0 for none. The later one strides.
  let start: Int
  let middle: Int
  let stride: Int
  let expansion: Double
  let scale: LayerScale?
  let style: Style
  let subsampling: Subsampling

  func callAsFunction(_ x: Tensor) -> Tensor {
    var y = x
    if start > 0 { y = filtered(y, "dw_start", start, stride: middle > 0 ? 1 : stride, .none) }
    let expanded = roundedChannels(Double(x.channels) * expansion)
    y = y.scoped("pw_exp", ConvBN(expanded, 1, style.activation))
    if middle > 0 { y = filtered(y, "dw_mid", middle, stride: stride, style.activation) }
    y = y.scoped("pw_proj", ConvBN(out, 1, .none))
    if let scale { y = y.scoped("layer_scale", scale) }
    return stride == 1 && x.channels == out ? y + x : y
  }

  private func filtered(_ x: Tensor, _ name: String, _ kernel: Int, stride: Int, _ activation: Activation) -> Tensor {
    let filter = Depthwise(kernel, stride: subsampling.filterStride(stride))
    return subsampling.pooled(x.scoped(name, ConvBN(filter, activation)), stride)
  }
}
