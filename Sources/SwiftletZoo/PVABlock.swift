import SwiftletGraph
import SwiftletOps

/// A residual block of PVANet: C.ReLU in stages 2 and 3, Inception in stages 4 and 5 (table 1).
struct PVABlock {
  let stage: Int
  let block: Int

  private var isSpatial: Bool { stage < 4 }
  private var stride: Int { stage > 2 && block == 1 ? 2 : 1 }
  private var out: Int { [64, 128, 256, 384][stage - 2] }
  /// Of the convolution of C.ReLU.
  private var middle: Int { 24 * (stage - 1) }

  /// Version 9.0: convolution, normalisation, ReLU; none behind the sum.
  func normalisedBehind(_ x: Tensor) -> Tensor {
    let y: Tensor
    if isSpatial {
      y = x.scoped("conv1", ConvBN(middle, 1, stride: stride)).scoped("conv2", Conv2D(middle, 3))
        .scoped("crelu", ConcatenatedReLU()).scoped("conv3", ConvBN(out, 1, .none))
    } else {
      y = inception(x).scoped("out", ConvBN(out, 1, .none))
    }
    if block > 1 { return y + x }
    return y + x.scoped("proj", ConvBN(Conv2D(out, 1, stride: stride, bias: true), .none))
  }

  /// Version 9.1: normalisation, ReLU, convolution. The first block reads a map that is active already; the last one
  /// ends with normalisation and ReLU.
  func normalisedBefore(_ x: Tensor) -> Tensor {
    let isFirst = (stage, block) == (2, 1)
    let isLast = (stage, block) == (5, 4)
    let active = isFirst ? x : x.scoped(isSpatial ? "bn1" : "bn", BatchNorm()).relu
    let y: Tensor
    if isSpatial {
      y = active.scoped("conv1", Conv2D(middle, 1, stride: stride, bias: true)).scoped("bn2", BatchNorm()).relu
        .scoped("conv2", Conv2D(middle, 3, bias: true)).scoped("crelu", ConcatenatedReLU())
        .scoped("conv3", Conv2D(out, 1, bias: true))
    } else {
      let maps = inception(active)
      y = isLast ? maps.scoped("out", ConvBN(out, 1, .none)) : maps.scoped("out", Conv2D(out, 1, bias: true))
    }
    if isLast { return (y + x).scoped("last_bn", BatchNorm()).relu }
    if block > 1 { return y + x }
    return y + (stage == 3 ? active : x).scoped("proj", Conv2D(out, 1, stride: stride, bias: true))
  }

  /// 1×1, 3×3, and 5×5 as two 3×3, side by side; a downsampling block has a pool beside them (figure 2).
  private func inception(_ x: Tensor) -> Tensor {
    let (reduce3, c3) = stage == 4 ? (block == 1 ? 48 : 64, 128) : (96, 192)
    let (reduce5, c5) = stage == 4 ? (24, 48) : (32, 64)
    var maps = [
      x.scoped("branch0", ConvBN(64, 1, stride: stride)),
      x.scoped("branch1_reduce", ConvBN(reduce3, 1, stride: stride)).scoped("branch1_0", ConvBN(c3, 3)),
      x.scoped("branch2_reduce", ConvBN(reduce5, 1, stride: stride)).scoped("branch2_0", ConvBN(c5, 3))
        .scoped("branch2_1", ConvBN(c5, 3)),
    ]
    if block == 1 {
      maps.append(x.maxPooled(3, stride: 2, ceilMode: true).scoped("poolproj", ConvBN(128, 1)))
    }
    return concat(maps)
  }
}
