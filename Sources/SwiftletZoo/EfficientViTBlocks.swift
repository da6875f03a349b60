import SwiftletGraph
import SwiftletOps

extension EfficientViT {
  /// Convolution, normalisation, activation: names `conv`, `norm`. Without normalisation the convolution has a bias.
  struct Unit: Layer {
    var convolution: Conv2D
    var normalized: Bool
    var epsilon: Float
    var activation: Activation

    init(_ convolution: Conv2D, normalized: Bool = true, style: Style, activation: Activation = .none) {
      (self.convolution, self.normalized, self.activation) = (convolution, normalized, activation)
      self.convolution.bias = !normalized
      epsilon = style.epsilon
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      let y = x.scoped("conv", convolution)
      return activation(normalized ? y.scoped("norm", BatchNorm(epsilon: epsilon)) : y)
    }
  }

  /// Depthwise separable, inverted residual, or these with the depthwise filter made a full one; `normalized` is about all
  /// convolutions but the last.
  struct Local: Layer {
    let out: Int
    let stride: Int
    let expansion: Int
    let normalized: Bool
    let full: Bool
    let style: Style

    func callAsFunction(_ x: Tensor) -> Tensor {
      let (width, last) = (x.channels * expansion, Unit(Conv2D(out, 1), style: style))
      switch (full, expansion) {
      case (true, 1):
        return x.scoped("conv1", hidden(Conv2D(width, 3, stride: stride)))
          .scoped("conv2", Unit(Conv2D(out, 3), style: style))
      case (true, _):
        return x.scoped("spatial_conv", hidden(Conv2D(width, 3, stride: stride))).scoped("point_conv", last)
      case (false, 1): return x.scoped("depth_conv", hidden(Depthwise(3, stride: stride))).scoped("point_conv", last)
      case (false, _):
        return x.scoped("inverted_conv", hidden(Conv2D(width, 1)))
          .scoped("depth_conv", hidden(Depthwise(3, stride: stride))).scoped("point_conv", last)
      }
    }

    func hidden(_ convolution: Conv2D) -> Unit {
      Unit(convolution, normalized: normalized, style: style, activation: style.activation)
    }
  }

  /// Attention whose weights are products of rectified queries and keys, so that keys and values meet first and the cost
  /// grows linearly with the pixels; on the projection and on its 5×5 aggregation (§3.1, equation 3, figure 2).
  struct LinearAttention: Layer {
    let size: Int
    let network: EfficientViT

    func callAsFunction(_ x: Tensor) -> Tensor {
      let heads = x.channels / size
      let (width, pixels) = (heads * size, x.height * x.width)
      let qkv = x.scoped("qkv.conv", Conv2D(3 * width, 1))
      let coarse = qkv.through("aggreg.0") {
        Depthwise(5)
        Conv2D(3 * width, 1, groups: 3 * heads)
      }
      let parts = concat(qkv, coarse).reshaped([x.shape[0], 2 * heads, 3 * size, pixels])
      func part(_ i: Int) -> Tensor { parts.apply(Slice(axis: 2, start: i * size, end: (i + 1) * size)) }
      let counted = part(2).padded(Pads(bottom: 1), value: 1)
      let sums = counted.matrixProduct(part(1).relu.transposed([0, 1, 3, 2])).matrixProduct(part(0).relu)
      let values = sums.apply(Slice(axis: 2, start: 0, end: size))
      let weights = sums.apply(Slice(axis: 2, start: size, end: size + 1)) + 1e-5
      let attended = (values / weights).reshaped([x.shape[0], 2 * width, x.height, x.width])
      return attended.scoped("proj", Unit(Conv2D(x.channels, 1), style: network.style))
    }
  }
}
