public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let efficientViT = Family(
    "EfficientViT (MIT)", year: 2023,
    paper: "EfficientViT: Multi-Scale Linear Attention for High-Resolution Dense Prediction, Cai et al., ICCV 2023",
    url: "https://arxiv.org/abs/2205.14756", reference: "timm efficientvit_b0, efficientvit_l1", licence: "Apache-2.0",
    idea: """
      Attention with ReLU instead of softmax, so keys and values are multiplied first and the cost is linear in the \
      pixels; depthwise filters of the queries, keys and values add a second scale.
      """,
    block: .init("efficientvit_b0", "stages.2.blocks.1"),
    models: EfficientViT.variants.map { row in
      Model(
        timm: row.name, .square(224, crop: row.network.isLarge ? 1 : 0.95), top1: (row.top1, "r224_in1k"),
        classifier: "head.classifier.4."
      ) {
        var network = row.network
        network.classes = $0
        return network
      }
    })
}

/// EfficientViT: Multi-Scale Linear Attention for High-Resolution Dense Prediction.
///
/// Cai et al., ICCV 2023, https://arxiv.org/abs/2205.14756. Names: timm `efficientvit_b0`, `efficientvit_l1`.
public struct EfficientViT: Layer, Sendable {
  /// Of the stem and of each stage, as are all lists here.
  public var widths: [Int]
  public var blocks: [Int]
  /// Channels of a head of attention.
  public var headSize = 32
  /// Of the two layers before the classifier.
  public var last: [Int]
  /// Full convolutions where the smaller networks have depthwise ones, and attention in the last stage alone.
  public var isLarge = false
  public var classes = 1000

  /// The variants of the authors' code.
  static let variants: [(name: String, network: EfficientViT, top1: Double)] = [
    ("efficientvit_b0", base([8, 16, 32, 64, 128], [1, 2, 2, 2, 2], headSize: 16, [1024, 1280]), 71.408),
    ("efficientvit_b1", base([16, 32, 64, 128, 256], [1, 2, 3, 3, 4], headSize: 16, [1536, 1600]), 79.254),
    ("efficientvit_b2", base([24, 48, 96, 192, 384], [1, 3, 4, 4, 6], [2304, 2560]), 82.162),
    ("efficientvit_b3", base([32, 64, 128, 256, 512], [1, 4, 6, 6, 9], [2304, 2560]), 83.444),
    ("efficientvit_l1", large([32, 64, 128, 256, 512], [1, 1, 1, 6, 6], [3072, 3200]), 84.464),
    ("efficientvit_l2", large([32, 64, 128, 256, 512], [1, 2, 2, 8, 8], [3072, 3200]), 85.046),
    ("efficientvit_l3", large([64, 128, 256, 512, 1024], [1, 2, 2, 8, 8], [6144, 6400]), 85.810),
  ]

  static func base(_ widths: [Int], _ blocks: [Int], headSize: Int = 32, _ last: [Int]) -> EfficientViT {
    EfficientViT(widths: widths, blocks: blocks, headSize: headSize, last: last)
  }

  static func large(_ widths: [Int], _ blocks: [Int], _ last: [Int]) -> EfficientViT {
    EfficientViT(widths: widths, blocks: blocks, last: last, isLarge: true)
  }

  var style: Style { isLarge ? Style(.geluTanh, epsilon: 1e-7) : Style(.hardSwish) }

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("stem") { image in
      var x = image.scoped("in_conv", unit(Conv2D(widths[0], 3, stride: 2)))
      for i in 0..<blocks[0] { x = x + x.scoped("res\(i).main", local(widths[0], expansion: 1, full: isLarge)) }
      return x
    }
    for i in 1..<5 {
      x = x.scoped("stages.\(i - 1)") { isLarge ? largeStage($0, i) : stage($0, i) }.asFeature()
    }
    return x.scoped("head") { x in
      let pooled = x.scoped("in_conv", unit(Conv2D(last[0], 1))).globalAveragePooled.flattened
      let hidden = pooled.scoped("classifier.0", Linear(last[1], bias: false))
        .scoped("classifier.1", LayerNorm(epsilon: style.epsilon))
      return style.activation(hidden).classified("classifier.4", classes)
    }
  }

  func stage(_ x: Tensor, _ i: Int) -> Tensor {
    let attends = i > 2
    var x = x.scoped("blocks.0.main", local(widths[i], stride: 2, expansion: 4, normalized: !attends))
    for b in 1..<(attends ? blocks[i] + 1 : blocks[i]) {
      x = x.scoped("blocks.\(b)") { attends ? attended($0, expansion: 4) : residual($0, expansion: 4) }
    }
    return x
  }

  func largeStage(_ x: Tensor, _ i: Int) -> Tensor {
    let (attends, full) = (i > 3, i < 3)
    var x = x.scoped(
      "blocks.0.main", local(widths[i], stride: 2, expansion: attends ? 24 : 16, normalized: full, full: full))
    for b in 1..<blocks[i] + 1 {
      x = x.scoped("blocks.\(b)") {
        attends ? attended($0, expansion: 6) : residual($0, expansion: 4, normalized: full, full: full)
      }
    }
    return x
  }

  func residual(_ x: Tensor, expansion: Int, normalized: Bool = true, full: Bool = false) -> Tensor {
    x + x.scoped("main", local(x.channels, expansion: expansion, normalized: normalized, full: full))
  }

  /// Linear attention for what is far, an inverted residual for what is near.
  func attended(_ x: Tensor, expansion: Int) -> Tensor {
    let far = x + x.scoped("context_module.main", LinearAttention(size: headSize, network: self))
    return far.scoped("local_module") { residual($0, expansion: expansion, normalized: false) }
  }

  func unit(_ convolution: Conv2D) -> Unit { Unit(convolution, style: style, activation: style.activation) }
  func local(_ out: Int, stride: Int = 1, expansion: Int, normalized: Bool = true, full: Bool = false) -> Local {
    Local(out: out, stride: stride, expansion: expansion, normalized: normalized, full: full, style: style)
  }
}
