public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let repViT = Family(
    "RepViT", year: 2024, paper: "RepViT: Revisiting Mobile CNN From ViT Perspective, Wang et al., CVPR 2024",
    url: "https://arxiv.org/abs/2307.09283", reference: "timm repvit_*", licence: "Apache-2.0",
    idea: """
      An inverted residual arranged as a transformer's block: the depthwise filter and squeeze-and-excitation first, \
      as token mixer, then the two 1×1 convolutions, as channel mixer. Branches merge after training.
      """,
    block: .init("repvit_m0_9", "stages.0.blocks.0"),
    models: RepViT.variants.map { name, channels, depths, isEarly, top1, weights in
      Model(
        "repvit_\(name)", .square(224, crop: 0.95), top1: top1,
        top1Source: "timm results-imagenet.csv, repvit_\(name).\(weights)", classifier: "head."
      ) { RepViT(channels: channels, depths: depths, isEarly: isEarly, classes: $0) }
    })
}

/// RepViT: Revisiting Mobile CNN From ViT Perspective.
///
/// Wang et al., CVPR 2024, https://arxiv.org/abs/2307.09283. Names: timm `repvit_*`.
public struct RepViT: Layer {
  /// Of each stage.
  public var channels = [48, 96, 192, 384]
  public var depths = [2, 2, 14, 2]
  /// The networks of the paper's first version, which normalise each branch of a token mixer instead of their sum.
  public var isEarly = false
  public var classes = 1000

  static let variants: [(name: String, channels: [Int], depths: [Int], isEarly: Bool, top1: Double, weights: String)] =
    [
      ("m1", [48, 96, 192, 384], [2, 2, 14, 2], true, 78.542, "dist_in1k"),
      ("m2", [64, 128, 256, 512], [2, 2, 12, 2], true, 80.468, "dist_in1k"),
      ("m3", [64, 128, 256, 512], [4, 4, 18, 2], true, 81.494, "dist_in1k"),
      ("m0_9", [48, 96, 192, 384], [2, 2, 14, 2], false, 78.652, "dist_300e_in1k"),
      ("m1_0", [56, 112, 224, 448], [2, 2, 14, 2], false, 80.152, "dist_300e_in1k"),
      ("m1_1", [64, 128, 256, 512], [2, 2, 12, 2], false, 80.826, "dist_300e_in1k"),
      ("m1_5", [64, 128, 256, 512], [4, 4, 24, 4], false, 82.382, "dist_300e_in1k"),
      ("m2_3", [80, 160, 320, 640], [6, 6, 34, 2], false, 83.524, "dist_300e_in1k"),
    ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("stem") {
      $0.scoped("conv1", ConvNorm(channels[0] / 2, 3, stride: 2)).gelu
        .scoped("conv2", ConvNorm(channels[0], 3, stride: 2))
    }
    for (s, depth) in depths.enumerated() {
      x = x.scoped("stages.\(s)") { x in
        let smaller = s == 0 ? x : x.scoped("downsample", Downsample(out: channels[s], isEarly: isEarly))
        return smaller.through("blocks") {
          for i in 0..<depth { Block(isExcited: i % 2 == 0, isEarly: isEarly) }
        }
      }.asFeature()
    }
    return classified(x.globalAveragePooled.flattened)
  }

  /// The mean of two classifiers, one of which learned from labels, the other from a teacher.
  private func classified(_ x: Tensor) -> Tensor {
    if classes == 0 { return x }
    return x.scoped("head") {
      ($0.scoped("head", NormLinear(classes: classes)) + $0.scoped("head_dist", NormLinear(classes: classes))) * 0.5
    }
  }

  /// A token mixer, then a channel mixer beside a shortcut.
  struct Block: Layer {
    let isExcited: Bool
    let isEarly: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      var y = x.scoped("token_mixer", TokenMixer(isEarly: isEarly))
      if isExcited { y = y.scoped("se", SqueezeExcite.named(0.25)) }
      return y + y.scoped("channel_mixer", ChannelMixer())
    }
  }

  /// A filter of each channel, a factor and the identity, which after training are one filter.
  struct TokenMixer: Layer {
    let isEarly: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      let filtered = x.scoped("conv", ConvNorm(Depthwise(3)))
      if isEarly { return filtered + x.scoped("conv1", ConvNorm(Depthwise(1))) + x }
      return (filtered + x.scoped("conv1", Depthwise(1, bias: true)) + x).scoped("bn", BatchNorm())
    }
  }

  /// Twice the channels between two pointwise convolutions.
  struct ChannelMixer: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      x.scoped("conv1", ConvNorm(2 * x.channels)).gelu.scoped("conv2", ConvNorm(x.channels))
    }
  }

  /// What stands before stages 2, 3 and 4.
  struct Downsample: Layer {
    let out: Int
    let isEarly: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      let y = x.scoped("pre_block", Block(isExcited: false, isEarly: isEarly))
        .scoped("spatial_downsample", ConvNorm(Depthwise(3, stride: 2)))
        .scoped("channel_downsample", ConvNorm(out))
      return y.scoped("ffn", ChannelMixer()) + y
    }
  }
}
