public import SwiftletGraph
import SwiftletOps

/// A convolution whose taps move by offsets that another convolution computes from the same map.
///
/// Dai et al., "Deformable Convolutional Networks", ICCV 2017, figure 2; modulated: the offsets' convolution also weighs the
/// taps, Zhu et al., "Deformable ConvNets v2", CVPR 2019, §3.2. Parameters: `weight`, `conv_offset.weight`,
/// `conv_offset.bias`, as in mmcv's `DeformConv2dPack` and `ModulatedDeformConv2dPack`.
public struct DeformableConv2D: Layer {
  var out: Int
  var kernel: Int
  var stride: Int
  var modulated: Bool

  public init(_ out: Int, _ kernel: Int, stride: Int = 1, modulated: Bool) {
    (self.out, self.kernel, self.stride, self.modulated) = (out, kernel, stride, modulated)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let taps = kernel * kernel
    let weight = x.parameter("weight", [out, x.channels, kernel, kernel])
    let moves = x.scoped("conv_offset", Conv2D((modulated ? 3 : 2) * taps, kernel, stride: stride, bias: true))
    let op = DeformConv(Window(kernel, stride: stride, pad: kernel / 2))
    if !modulated { return x.apply(op, weight, moves) }
    let mask = moves[channels: 2 * taps..<3 * taps].sigmoid
    return x.apply(op, weight, moves[channels: 0..<2 * taps], x.constant(NDArray([out])), mask)
  }
}
