public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let voVNet = Family(
    "VoVNet", year: 2019,
    paper: "An Energy and GPU-Computation Efficient Backbone Network for Real-Time Object Detection, Lee et al., "
      + "CVPR workshops 2019",
    url: "https://arxiv.org/abs/1904.09730", reference: "timm ese_vovnet39b", licence: "Apache-2.0",
    idea: """
      One-shot aggregation: the layers of a block follow each other at equal width, and all their maps are \
      concatenated once, at the end, instead of before every layer as in DenseNet. Fewer reads and writes, better use \
      of a GPU. `ese` adds a shortcut and an attention of one layer over channels.
      """,
    block: .init("ese_vovnet19b_slim", "stages.0.blocks.0"),
    models: VoVNet.variants.map { row in
      Model(
        row.name, row.preprocessing, top1: row.top1,
        top1Source: row.weights.map { "timm results-imagenet.csv, \($0)" }, classifier: "head.fc."
      ) { classes in
        var network = row.network
        network.classes = classes
        return network
      }
    })
}

/// VoVNet: An Energy and GPU-Computation Efficient Backbone Network, and its second version.
///
/// Lee et al., CVPR workshops 2019, https://arxiv.org/abs/1904.09730; Lee and Park, "CenterMask", CVPR 2020,
/// https://arxiv.org/abs/1911.06667 (eSE and shortcuts). Names: timm `ese_vovnet39b`, which gates only the last block of a stage.
public struct VoVNet: Layer, Sendable {
  /// How channels are weighed at the end of a stage.
  public enum Gate: Sendable { case none, effectiveSqueezeExcitation, efficientChannelAttention }

  /// Of the convolutions inside the blocks of each stage.
  public var middle = [128, 160, 192, 224]
  public var out = [256, 512, 768, 1024]
  public var blocks = [1, 1, 2, 2]
  /// Convolutions in a block.
  public var depth = 5
  public var depthwise = false
  /// A block that is not the first of its stage has a shortcut (version 2).
  public var shortcuts = true
  public var gate = Gate.effectiveSqueezeExcitation
  public var classes = 1000

  /// 39 and 57 layers are of the first paper, 19 and 99 of the second; the slim ones have half the channels.
  static let variants:
    [(name: String, network: VoVNet, preprocessing: Preprocessing, top1: Double?, weights: String?)] = [
      ("vovnet39a", VoVNet(shortcuts: false, gate: .none), .init(), nil, nil),
      ("vovnet57a", VoVNet(blocks: [1, 1, 4, 3], shortcuts: false, gate: .none), .init(), nil, nil),
      ("ese_vovnet19b_slim_dw", .slim(depthwise: true), .init(), nil, nil),
      ("ese_vovnet19b_dw", VoVNet(blocks: [1, 1, 1, 1], depth: 3, depthwise: true), .init(), 76.828, "ra_in1k"),
      ("ese_vovnet19b_slim", .slim(depthwise: false), .init(), nil, nil),
      ("ese_vovnet19b", VoVNet(blocks: [1, 1, 1, 1], depth: 3), .init(), nil, nil),
      ("ese_vovnet39b", VoVNet(), .init(), 79.312, "ra_in1k"),
      ("ese_vovnet57b", VoVNet(blocks: [1, 1, 4, 3]), wide, 82.46, "ra4_e3600_r256_in1k"),
      ("ese_vovnet99b", VoVNet(blocks: [1, 3, 9, 3]), .init(), nil, nil),
      ("eca_vovnet39b", VoVNet(gate: .efficientChannelAttention), .init(), nil, nil),
    ]

  static func slim(depthwise: Bool) -> VoVNet {
    VoVNet(
      middle: [64, 80, 96, 112], out: [112, 256, 384, 512], blocks: [1, 1, 1, 1], depth: 3, depthwise: depthwise)
  }

  /// Of the weights for 57 layers.
  static let wide = Preprocessing(
    height: 256, width: 256, cropFraction: 0.95, mean: Preprocessing.half, std: Preprocessing.half)

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stem = image.through("stem") {
      ConvBN(64, 3, stride: 2)
      convolution(64).asFeature()
      convolution(depthwise ? 64 : 128, stride: 2)
    }
    let features = stem.through("stages") {
      for i in 0..<4 { Stage(network: self, index: i).asFeature() }
    }
    return features.globalAveragePooled.flattened.scoped("head") { $0.classified("fc", classes) }
  }

  func convolution(_ out: Int, stride: Int = 1) -> any Layer {
    depthwise ? SeparableConvBN(out: out, stride: stride) : ConvBN(out, 3, stride: stride)
  }

  struct Stage: Layer {
    let network: VoVNet
    let index: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let x = index == 0 ? x : x.maxPooled(3, stride: 2, ceilMode: true)
      let count = network.blocks[index]
      return x.through("blocks") {
        for i in 0..<count {
          Block(network: network, stage: index, gate: i == count - 1 ? network.gate : .none, isFirst: i == 0)
        }
      }
    }
  }

  /// One-shot aggregation: every convolution feeds the next, all are concatenated once (figure 1b).
  struct Block: Layer {
    let network: VoVNet
    let stage: Int
    let gate: Gate
    let isFirst: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      let middle = network.middle[stage]
      var maps = [x]
      var y = x
      if network.depthwise && x.channels != middle { y = y.scoped("conv_reduction", ConvBN(middle, 1)) }
      for i in 0..<network.depth {
        y = y.scoped("conv_mid") { $0.scoped("\(i)", network.convolution(middle)) }
        maps.append(y)
      }
      y = gated(concat(maps).scoped("conv_concat", ConvBN(network.out[stage], 1)))
      return network.shortcuts && !isFirst ? x + y : y
    }

    func gated(_ x: Tensor) -> Tensor {
      switch gate {
      case .none: x
      case .effectiveSqueezeExcitation: x.scoped("attn", EffectiveSqueezeExcitation())
      case .efficientChannelAttention: x.scoped("attn", EfficientChannelAttention())
      }
    }
  }
}

/// A depthwise 3×3 convolution, a pointwise one, batch normalisation, ReLU: timm's `SeparableConvNormAct`.
struct SeparableConvBN: Layer {
  let out: Int
  let stride: Int

  func callAsFunction(_ x: Tensor) -> Tensor {
    x.scoped("conv_dw", Depthwise(3, stride: stride)).scoped("conv_pw", Conv2D(out, 1)).scoped("bn", BatchNorm()).relu
  }
}
