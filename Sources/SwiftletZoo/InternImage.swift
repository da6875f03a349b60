public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let internImage = Family(
    "InternImage", year: 2023,
    paper: "InternImage: Exploring Large-Scale Vision Foundation Models with Deformable Convolutions, Wang et al., "
      + "CVPR 2023",
    url: "https://arxiv.org/abs/2211.05778", reference: "OpenGVLab/InternImage internimage_t_1k_224", licence: "MIT",
    idea: """
      A transformer's block with deformable convolution (DCNv3) in place of attention: nine taps a place, whose \
      offsets and softmax weights are predicted from the map, separately for each group of channels.
      """,
    block: .init("internimage_t_1k_224", "levels.0.blocks.0"),
    models: [
      Model(
        "internimage_t_1k_224", top1: 83.5, top1Source: "OpenGVLab/InternImage, README", classifier: "head."
      ) { InternImage(classes: $0) }
    ])
}

/// InternImage: Exploring Large-Scale Vision Foundation Models with Deformable Convolutions.
///
/// Wang et al., CVPR 2023, https://arxiv.org/abs/2211.05778, figure 3. Names: OpenGVLab/InternImage `internimage_t_1k_224`.
public struct InternImage: Layer {
  /// Of the first stage; each further one has twice as many channels.
  public var width = 64
  /// Of each stage.
  public var blocks = [4, 4, 18, 4]
  /// Channels of a group that shares its taps.
  public var groupSize = 16
  public var classes = 1000

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("patch_embed") { image in
      image.scoped("conv1", Conv2D(width / 2, 3, stride: 2, bias: true)).scoped("norm1.1", LayerNorm2D()).gelu
        .scoped("conv2", Conv2D(width, 3, stride: 2, bias: true)).scoped("norm2.1", LayerNorm2D())
    }
    for i in 0..<4 {
      x = x.scoped("levels.\(i)") { x in
        let mixed = (0..<blocks[i]).reduce(x) { x, b in x.scoped("blocks.\(b)", Block(groupSize: groupSize)) }
        let normalized = mixed.scoped("norm.0", LayerNorm2D()).asFeature()
        if i == 3 { return normalized }
        return normalized.scoped("downsample.conv", Conv2D(2 * x.channels, 3, stride: 2))
          .scoped("downsample.norm.1", LayerNorm2D())
      }
    }
    let head = x.scoped("conv_head.0", Conv2D(x.channels * 3 / 2, 1)).scoped("conv_head.1.0", BatchNorm()).gelu
    return head.globalAveragePooled.flattened.classified("head", classes)
  }

  /// Deformable aggregation and a perceptron, each behind a normalisation and beside a shortcut.
  struct Block: Layer {
    let groupSize: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let deformed = x.scoped("norm1.0", LayerNorm2D()).scoped("dcn", DeformableAggregation(groupSize: groupSize))
      let mixed = x.tokens + deformed
      let perceptron = mixed.scoped("norm2.0", LayerNorm(epsilon: 1e-6)).scoped("mlp", Perceptron(4 * x.channels))
      return (mixed + perceptron).map(x.height, x.width)
    }
  }

  /// Offsets and weights of nine taps for each group, from a depthwise filter of the same map (equation 2, figure 3 "DCN v3").
  /// Gives tokens.
  struct DeformableAggregation: Layer {
    let groupSize: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let (n, h, w, c) = (x.shape[0], x.height, x.width, x.channels)
      let groups = c / groupSize
      let near = x.scoped("dw_conv.0", Depthwise(3, bias: true)).tokens
        .scoped("dw_conv.1.1", LayerNorm(epsilon: 1e-6)).gelu
      let offsets = near.scoped("offset", Linear(18 * groups)).reshaped([n, h, w, 18 * groups])
      let weights = near.scoped("mask", Linear(9 * groups)).reshaped([n, h * w * groups, 9]).softmax
        .reshaped([n, h, w, 9 * groups])
      let projected = x.tokens.scoped("input_proj", Linear(c)).reshaped([n, h, w, c])
      let mixed = projected.apply(DCNv3(Window(3, pad: 1), group: groups), offsets, weights)
      return mixed.reshaped([n, h * w, c]).scoped("output_proj", Linear(c))
    }
  }
}
