import SwiftletGraph
import SwiftletOps

/// The stem and the four stages of one-shot aggregation; the maps of stages 2 to 5 are for detectors.
///
/// VoVNetV2: Lee and Park, CVPR 2020, https://arxiv.org/abs/1911.06667. Names: youngwanLEE/vovnet-detectron2.
struct VoVNetBody: Layer, Sendable {
  /// Of the convolutions inside the blocks of each stage.
  var middle: [Int]
  var out: [Int]
  var blocks: [Int]
  /// Convolutions in a block.
  var depth = 5
  var depthwise = false
  /// Effective squeeze-and-excitation ends each block (version 2).
  var isExcited = false

  func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("stem") { image in
      let first = NamedConvBN(name: "stem_1", out: 64, kernel: 3, stride: 2)(image)
      return convolved(convolved(first, "stem_2", 64), "stem_3", depthwise ? 64 : 128, stride: 2)
    }
    for i in 0..<4 {
      if i > 0 { x = x.maxPooled(3, stride: 2, ceilMode: true) }
      for block in 0..<blocks[i] {
        let name = "OSA\(i + 2)_\(block + 1)"
        x = x.scoped("stage\(i + 2).\(name)") { self.block($0, name, stage: i, isFirst: block == 0) }
      }
      x.asFeature()
    }
    return x
  }

  private func convolved(_ x: Tensor, _ name: String, _ out: Int, stride: Int = 1) -> Tensor {
    depthwise
      ? NamedSeparableConvBN(name: name, out: out, stride: stride)(x)
      : NamedConvBN(name: name, out: out, kernel: 3, stride: stride)(x)
  }

  /// Every convolution feeds the next, all are concatenated once (figure 1b of the first paper).
  private func block(_ x: Tensor, _ name: String, stage: Int, isFirst: Bool) -> Tensor {
    let middle = middle[stage]
    var maps = [x]
    var y = x
    if depthwise && x.channels != middle {
      declareLayers(x, name, middle)
      y = x.scoped("conv_reduction", NamedConvBN(name: "\(name)_reduction_0", out: middle, kernel: 1))
    }
    for i in 0..<depth {
      y = y.scoped("layers.\(i)") { convolved($0, "\(name)_\(i)", middle) }
      maps.append(y)
    }
    y = concat(maps).scoped("concat", NamedConvBN(name: "\(name)_concat", out: out[stage], kernel: 1))
    if isExcited { y = y.scoped("ese", EffectiveSqueezeExcitation()) }
    return isFirst ? y : y + x
  }

  /// The reference lists the depthwise layers before the reduction that feeds them.
  private func declareLayers(_ x: Tensor, _ name: String, _ middle: Int) {
    for i in 0..<depth {
      let prefix = "layers.\(i).\(name)_\(i)"
      x.declare([
        ("\(prefix)/dw_conv3x3.weight", [middle, 1, 3, 3], false),
        ("\(prefix)/pw_conv1x1.weight", [middle, middle, 1, 1], false),
      ])
      x.declareBatchNorm("\(prefix)/pw_norm", middle)
    }
  }
}

/// Convolution, batch normalisation, ReLU, named `name/conv` and `name/norm`.
private struct NamedConvBN: Layer {
  let name: String
  let out: Int
  let kernel: Int
  var stride = 1

  func callAsFunction(_ x: Tensor) -> Tensor {
    x.scoped("\(name)/conv", Conv2D(out, kernel, stride: stride)).scoped("\(name)/norm", BatchNorm()).relu
  }
}

/// A depthwise and a pointwise convolution, batch normalisation, ReLU.
private struct NamedSeparableConvBN: Layer {
  let name: String
  let out: Int
  let stride: Int

  func callAsFunction(_ x: Tensor) -> Tensor {
    x.scoped("\(name)/dw_conv3x3", Depthwise(3, stride: stride)).scoped("\(name)/pw_conv1x1", Conv2D(out, 1))
      .scoped("\(name)/pw_norm", BatchNorm()).relu
  }
}
