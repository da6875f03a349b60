public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let alignedXception = Family(
    "Aligned Xception", year: 2018,
    paper: "Encoder-Decoder with Atrous Separable Convolution for Semantic Image Segmentation, Chen et al., ECCV 2018",
    url: "https://arxiv.org/abs/1802.02611", reference: "timm xception41", licence: "Apache-2.0",
    idea: """
      Xception for segmentation: deeper, strided separable convolutions in place of all pools, batch normalisation and \
      ReLU behind each depthwise filter.
      """,
    block: .init("xception41", "blocks.1"),
    models: [
      ("xception41", AlignedXception.entry, 8, 0.903, 78.55, "tf_in1k"),
      ("xception65", AlignedXception.entry, 16, 0.94, 83.186, "ra3_in1k"),
      ("xception71", AlignedXception.deepEntry, 16, 0.903, 79.92, "tf_in1k"),
    ].map { name, entry, middle, cropFraction, top1, weights in
      Model(
        name,
        Preprocessing(
          height: 299, width: 299, cropFraction: cropFraction, mean: Preprocessing.half, std: Preprocessing.half),
        top1: top1, top1Source: "timm results-imagenet.csv, \(weights)", classifier: "head.fc."
      ) { AlignedXception(entry: entry, middle: middle, classes: $0) }
    })
}

/// Xception as DeepLabv3+ modifies it: deeper, and separable convolutions of stride 2 in place of the pools.
///
/// Chen et al., ECCV 2018, https://arxiv.org/abs/1802.02611, figure 4. Names: timm `xception41`.
public struct AlignedXception: Layer {
  /// Channels and stride of the blocks of the entry flow.
  public var entry = Self.entry
  /// Blocks in the middle flow.
  public var middle = 8
  public var classes = 1000

  /// Of 41 and 65 layers.
  public static let entry = [(out: 128, stride: 2), (out: 256, stride: 2), (out: 728, stride: 2)]
  /// Of 71 layers.
  public static let deepEntry = [
    (out: 128, stride: 2), (out: 256, stride: 1), (out: 256, stride: 2), (out: 728, stride: 1), (out: 728, stride: 2),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stem = image.through("stem") {
      ConvBN(32, 3, stride: 2, epsilon: 1e-3)
      ConvBN(64, 3, epsilon: 1e-3)
    }
    let features = stem.through("blocks") {
      for (out, stride) in entry { Block(channels: [out, out, out], stride: stride) }
      for _ in 0..<middle { Block(channels: [728, 728, 728]) }
      Block(channels: [728, 1024, 1024], stride: 2)
      LastBlock(channels: [1536, 1536, 2048]).asFeature()
    }
    return features.globalAveragePooled.flattened.scoped("head") { $0.classified("fc", classes) }
  }

  /// Three separable convolutions, each behind a ReLU, beside a shortcut.
  struct Block: Layer {
    let channels: [Int]
    var stride = 1

    func callAsFunction(_ x: Tensor) -> Tensor {
      let skip = shortcut(x)
      let y = x.scoped("stack") { x in
        zip(1...3, channels).reduce(x) { x, layer in
          let (i, out) = layer
          let convolution = SeparableConvolution(out: out, stride: i == 3 ? stride : 1, activation: .none)
          let active = i == 3 && stride > 1 ? x.relu.asFeature() : x.relu
          return active.scoped("conv\(i)", convolution)
        }
      }
      return y + skip
    }

    func shortcut(_ x: Tensor) -> Tensor {
      if stride == 1 && x.channels == channels[2] { return x }
      return x.scoped("shortcut", ConvBN(channels[2], 1, stride: stride, epsilon: 1e-3, .none))
    }
  }

  /// The exit flow's separable convolutions, with a ReLU behind each half and no shortcut.
  struct LastBlock: Layer {
    let channels: [Int]

    func callAsFunction(_ x: Tensor) -> Tensor {
      x.scoped("stack") { x in
        zip(1...3, channels).reduce(x) { x, layer in
          x.scoped("conv\(layer.0)", SeparableConvolution(out: layer.1, stride: 1, activation: .relu))
        }
      }
    }
  }

  /// A 3×3 filter for each channel and a 1×1 convolution, each with its batch normalisation.
  struct SeparableConvolution: Layer {
    let out: Int
    let stride: Int
    let activation: Activation

    func callAsFunction(_ x: Tensor) -> Tensor {
      let filtered = x.scoped("conv_dw", Depthwise(3, stride: stride)).scoped("bn_dw", BatchNorm(epsilon: 1e-3))
      let mixed = activation(filtered).scoped("conv_pw", Conv2D(out, 1)).scoped("bn_pw", BatchNorm(epsilon: 1e-3))
      return activation(mixed)
    }
  }
}
