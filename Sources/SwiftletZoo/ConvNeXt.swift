public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let convNeXt = Family(
    "ConvNeXt", year: 2022, paper: "A ConvNet for the 2020s, Liu et al., CVPR 2022",
    url: "https://arxiv.org/abs/2201.03545", reference: "timm convnext_tiny",
    licence: "Apache-2.0, after code under the MIT licence",
    idea: """
      A ResNet modernised step by step after Swin: a 7×7 depthwise filter, layer normalisation, a perceptron with GELU \
      that is four times as wide, and one shortcut around them all.
      """,
    block: .init("convnext_atto", "stages.0.blocks.0"),
    dialects: [ConvNeXt.torchvision, ConvNeXt.authors, ConvNeXt.huggingFace("convnext")],
    models: ConvNeXt.variants.map(Model.init))

  public static let convNeXtV2 = Family(
    "ConvNeXt V2", year: 2023,
    paper: "ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders, Woo et al., CVPR 2023",
    url: "https://arxiv.org/abs/2301.00808", reference: "timm convnextv2_tiny",
    licence: "Apache-2.0, after code under the MIT licence, weights CC-BY-NC-4.0",
    idea: """
      ConvNeXt with global response normalisation, which makes channels compete by their norms over the map, found \
      together with training as a masked autoencoder.
      """,
    block: .init("convnextv2_atto", "stages.0.blocks.0"),
    dialects: [ConvNeXt.authors, ConvNeXt.huggingFace("convnextv2")],
    models: ConvNeXt.secondVariants.map(Model.init))
}

extension Model {
  fileprivate init(_ row: ConvNeXt.Variant) {
    self.init(timm: row.name, .square(224, crop: row.crop), top1: (row.top1, row.weights), classifier: "head.fc.") {
      var network = row.network
      network.classes = $0
      return network
    }
  }
}

/// ConvNeXt: A ConvNet for the 2020s, and its second version.
///
/// Liu et al., CVPR 2022, https://arxiv.org/abs/2201.03545; Woo et al., "ConvNeXt V2", CVPR 2023,
/// https://arxiv.org/abs/2301.00808. Names: timm `convnext_tiny`.
public struct ConvNeXt: Layer, Sendable {
  /// Patches of 4×4 pixels, two overlapping convolutions, or two of which the first has half the channels.
  public enum Stem: Sendable { case patches, overlapping, tiered }

  /// Of the first stage; each further one has twice as many channels.
  public var width = 96
  /// Of each stage.
  public var blocks = [3, 3, 9, 3]
  public var stem = Stem.patches
  /// The two layers of a block are pointwise convolutions rather than linear layers on tokens: the same sums under
  /// weights of other shapes.
  public var convolutions = true
  /// Global response normalisation in place of scaled shortcuts (version 2).
  public var respondsGlobally = false
  /// The last normalisation comes before the mean.
  public var normalizesFirst = false
  public var classes = 1000

  typealias Variant = (name: String, network: ConvNeXt, crop: Double, top1: Double, weights: String)

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.through("stem") {
      switch stem {
      case .patches: Conv2D(width, 4, stride: 4, padding: .valid, bias: true)
      case .overlapping: Conv2D(width, 3, stride: 2, bias: true)
      case .tiered: Conv2D(roundedChannels(Double(width / 2)), 3, stride: 2, bias: true)
      }
      if stem != .patches { Conv2D(width, 3, stride: 2, bias: true) }
      LayerNorm2D()
    }
    x = x.through("stages") {
      for i in 0..<4 { Stage(network: self, index: i).asFeature() }
    }
    if normalizesFirst { x = x.scoped("norm_pre", LayerNorm2D()) }
    return x.globalAveragePooled.flattened.scoped("head") {
      (normalizesFirst ? $0 : $0.scoped("norm", LayerNorm(epsilon: 1e-6))).classified("fc", classes)
    }
  }

  struct Stage: Layer {
    let network: ConvNeXt
    let index: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let halved =
        index == 0
        ? x
        : x.through("downsample") {
          LayerNorm2D()
          Conv2D(network.width << index, 2, stride: 2, padding: .valid, bias: true)
        }
      return halved.through("blocks") {
        for _ in 0..<network.blocks[index] { Block(network: network) }
      }
    }
  }

  /// A wide depthwise filter, then two layers on each pixel (figure 4; version 2: figure 5).
  struct Block: Layer {
    let network: ConvNeXt

    func callAsFunction(_ x: Tensor) -> Tensor {
      let gamma = network.respondsGlobally ? nil : x.parameter("gamma", [x.channels])
      var y = x.scoped("conv_dw", Depthwise(7, bias: true))
      if network.convolutions {
        y = y.scoped("norm", LayerNorm2D()).scoped("mlp") { convolved($0) }
        return x + (gamma.map { y * $0.perChannel } ?? y)
      }
      y = y.tokens.scoped("norm", LayerNorm(epsilon: 1e-6)).scoped("mlp") { projected($0, x.height, x.width) }
      return x + (gamma.map { y * $0 } ?? y).map(x.height, x.width)
    }

    func convolved(_ x: Tensor) -> Tensor {
      let hidden = x.scoped("fc1", Conv2D(4 * x.channels, 1, bias: true)).gelu
      return responding(hidden).scoped("fc2", Conv2D(x.channels, 1, bias: true))
    }

    func projected(_ x: Tensor, _ height: Int, _ width: Int) -> Tensor {
      let size = x.shape[2]
      let hidden = x.scoped("fc1", Linear(4 * size)).gelu
      let answered = network.respondsGlobally ? responding(hidden.map(height, width)).tokens : hidden
      return answered.scoped("fc2", Linear(size))
    }

    func responding(_ x: Tensor) -> Tensor { network.respondsGlobally ? x.scoped("grn", GlobalResponseNorm()) : x }
  }
}
