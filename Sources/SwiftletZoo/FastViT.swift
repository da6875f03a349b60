public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let fastViT = Family(
    "FastViT", year: 2023,
    paper: "FastViT: A Fast Hybrid Vision Transformer using Structural Reparameterization, Vasu et al., ICCV 2023",
    url: "https://arxiv.org/abs/2303.14189", reference: "timm fastvit_t8",
    licence: "Apache-2.0, parts under Apple's ml-fastvit licence",
    idea: """
      RepMixer: a depthwise filter mixes pixels, with a shortcut that merges into it after training, so that none is \
      left to be read from memory. Only the last stage of the larger ones attends.
      """,
    block: .init("fastvit_t8", "stages.0.blocks.0"),
    models: FastViT.variants.map { row in
      Model(timm: row.name, .square(256, crop: row.crop), top1: (row.top1, "apple_in1k"), classifier: "head.fc.") {
        var network = row.network
        network.classes = $0
        return network
      }
    })
}

/// FastViT: A Fast Hybrid Vision Transformer using Structural Reparameterization.
///
/// Vasu et al., ICCV 2023, https://arxiv.org/abs/2303.14189, in the form that is trained, with all branches. Names: timm
/// `fastvit_t8`.
public struct FastViT: Layer, Sendable {
  /// Of the first stage; each further one has twice as many channels.
  public var width = 64
  /// Of each stage.
  public var blocks = [2, 2, 6, 2]
  /// Of the perceptrons.
  public var expansion = 4
  /// Whether the last stage attends.
  public var attends = false
  public var classes = 1000

  /// Table 2.
  static let variants: [(name: String, network: FastViT, crop: Double, top1: Double)] = [
    ("fastvit_t8", FastViT(width: 48, blocks: [2, 2, 4, 2], expansion: 3), 0.9, 76.184),
    ("fastvit_t12", FastViT(expansion: 3), 0.9, 79.276),
    ("fastvit_s12", FastViT(), 0.9, 79.882),
    ("fastvit_sa12", FastViT(attends: true), 0.9, 80.846),
    ("fastvit_sa24", FastViT(blocks: [4, 4, 12, 4], attends: true), 0.9, 82.706),
    ("fastvit_sa36", FastViT(blocks: [6, 6, 18, 6], attends: true), 0.9, 83.502),
    ("fastvit_ma36", FastViT(width: 76, blocks: [6, 6, 18, 6], attends: true), 0.95, 83.884),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stem = image.through("stem") {
      Branches(Conv2D(width, 3, stride: 2))
      Branches(Depthwise(3, stride: 2))
      Branches(Conv2D(width, 1))
    }
    let features = (0..<4).reduce(stem) { x, i in x.scoped("stages.\(i)") { stage($0, i) }.asFeature() }
    let final = features.scoped("final_conv") { x in
      let squeeze = SqueezeExcite(1.0 / 16, reduce: "fc1", expand: "fc2")
      x.declare("se", channels: 2 * x.channels, squeeze)
      return Branches(Conv2D(2 * x.channels, 3, groups: x.channels), .none)(x).scoped("se", squeeze).gelu
    }
    return final.globalAveragePooled.flattened.scoped("head") { $0.classified("fc", classes) }
  }

  func stage(_ x: Tensor, _ i: Int) -> Tensor {
    var y = x
    if i > 0 {
      y = x.scoped("downsample.proj") { x in
        let wide = Conv2D(width << i, 7, stride: 2, groups: x.channels)
        let narrow = Conv2D(width << i, 3, stride: 2, groups: x.channels)
        let sum = x.scoped("0.large_conv", ConvBN(wide, .none)) + x.scoped("0.small_conv", ConvBN(narrow, .none))
        return sum.scoped("1", Branches(Conv2D(width << i, 1)))
      }
    }
    let attends = attends && i == 3
    if attends { y = y + y.scoped("pos_emb.pos_enc", Depthwise(7, bias: true)) }
    return y.through("blocks") {
      for _ in 0..<blocks[i] {
        if attends { AttentionBlock(expansion: expansion) } else { MixerBlock(expansion: expansion) }
      }
    }
  }

  /// A filter, a pointwise filter on the same pixels, and a normalisation, added up: one filter once it is trained
  /// (MobileOne, Vasu et al., CVPR 2023, figure 3). Names: timm's `identity`, `conv_kxk.0`, `conv_scale`.
  struct Branches: Layer {
    let convolution: Conv2D
    let activation: Activation

    init(_ convolution: Conv2D, _ activation: Activation = .gelu) {
      (self.convolution, self.activation) = (convolution, activation)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      let keepsShape = convolution.strides == [1, 1] && (convolution.out ?? x.channels) == x.channels
      let identity = keepsShape ? x.scoped("identity", BatchNorm()) : nil
      var y = x.scoped("conv_kxk.0", ConvBN(convolution, .none))
      if let identity { y = y + identity }
      if convolution.kernel != [1, 1] {
        var pointwise = convolution
        pointwise.kernel = [1, 1]
        y = y + x.scoped("conv_scale", ConvBN(pointwise, .none))
      }
      return activation(y)
    }
  }

  /// Depthwise filters mix pixels ("RepMixer", figure 2d), a perceptron channels.
  struct MixerBlock: Layer {
    let expansion: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let mixed = x.scoped("token_mixer") { x in
        let norm = x.scoped("norm.identity", BatchNorm())
        return x + (x.scoped("mixer", Branches(Depthwise(3), .none)) - norm).scaled("layer_scale")
      }
      return mixed + mixed.scoped("mlp", FeedForward(expansion: expansion)).scaled("layer_scale")
    }
  }

  /// Heads of 32 channels attend.
  struct AttentionBlock: Layer {
    let expansion: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let attended = x.scoped("norm", BatchNorm()).tokens
        .scoped("token_mixer", SelfAttention(heads: x.channels / 32, bias: false)).map(x.height, x.width)
      let mixed = x + attended.scaled("layer_scale_1")
      return mixed + mixed.scoped("mlp", FeedForward(expansion: expansion)).scaled("layer_scale_2")
    }
  }

  /// A wide depthwise filter, then a perceptron on each pixel ("ConvFFN", figure 2c).
  struct FeedForward: Layer {
    let expansion: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      x.scoped("conv", ConvBN(Depthwise(7), .none)).scoped("fc1", Conv2D(expansion * x.channels, 1, bias: true)).gelu
        .scoped("fc2", Conv2D(x.channels, 1, bias: true))
    }
  }
}

extension Tensor {
  /// Each channel times a learned factor.
  fileprivate func scaled(_ name: String) -> Tensor { scoped(name) { $0 * $0.parameter("gamma", [channels, 1, 1]) } }
}
