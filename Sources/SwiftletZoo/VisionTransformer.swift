public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let visionTransformer = Family(
    "ViT", year: 2021,
    paper: "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale, Dosovitskiy et al., ICLR 2021",
    url: "https://arxiv.org/abs/2010.11929", reference: "timm vit_base_patch16_224", licence: "Apache-2.0",
    idea: """
      A picture is cut into patches of 16×16 pixels, each a word of a sentence that a plain transformer reads: \
      attention between all patches, then a perceptron on each, beside shortcuts.
      """,
    block: .init("vit_tiny_patch16_224", "blocks.0"),
    dialects: [VisionTransformer.torchvision, VisionTransformer.huggingFace("vit", head: "classifier")],
    models: VisionTransformer.variants.map { Model($0, half: true) })

  public static let deiT = Family(
    "DeiT", year: 2021,
    paper: "Training data-efficient image transformers & distillation through attention, Touvron et al., ICML 2021",
    url: "https://arxiv.org/abs/2012.12877", reference: "timm deit_base_patch16_224", licence: "Apache-2.0",
    idea: """
      ViT trained on ImageNet alone, by strong augmentation; the distilled ones have a second token that learns from a \
      convolutional teacher's answers.
      """,
    block: .init("deit_tiny_distilled_patch16_224", "blocks.0"),
    dialects: [
      VisionTransformer.huggingFace("vit", head: "classifier"),
      VisionTransformer.huggingFace("deit", head: "cls_classifier"),
    ],
    models: VisionTransformer.efficientVariants.map { Model($0, half: false) })
}

extension Model {
  fileprivate init(_ row: VisionTransformer.Variant, half: Bool) {
    self.init(timm: row.name, .square(224, crop: 0.9, half: half), top1: (row.top1, row.weights), classifier: "head") {
      var network = row.network
      network.classes = $0
      return network
    }
  }
}

/// ViT: An Image is Worth 16x16 Words, and DeiT, which is the same network trained otherwise, or with a second token.
///
/// Dosovitskiy et al., ICLR 2021, https://arxiv.org/abs/2010.11929; Touvron et al., ICML 2021,
/// https://arxiv.org/abs/2012.12877. Names: timm `vit_base_patch16_224`, `deit_base_distilled_patch16_224`. Positions are
/// learned for 224×224 pixels and resampled for other inputs; pixels beyond the last whole patch are not seen.
public struct VisionTransformer: Layer, Sendable {
  /// Of a token.
  public var size = 768
  public var heads = 12
  /// Pixels along a side of a patch.
  public var patch = 16
  /// A second token learns from a teacher; the answer is the mean of both (DeiT, figure 2).
  public var distilled = false
  public var classes = 1000

  typealias Variant = (name: String, network: VisionTransformer, top1: Double, weights: String)

  static let variants: [Variant] = [
    ("vit_tiny_patch16_224", VisionTransformer(size: 192, heads: 3), 75.452, "augreg_in21k_ft_in1k"),
    ("vit_small_patch32_224", VisionTransformer(size: 384, heads: 6, patch: 32), 76.010, "augreg_in21k_ft_in1k"),
    ("vit_small_patch16_224", VisionTransformer(size: 384, heads: 6), 81.402, "augreg_in21k_ft_in1k"),
    ("vit_base_patch32_224", VisionTransformer(patch: 32), 80.732, "augreg_in21k_ft_in1k"),
    ("vit_base_patch16_224", VisionTransformer(), 85.108, "augreg2_in21k_ft_in1k"),
  ]

  /// DeiT, table 1.
  static let efficientVariants: [Variant] = [
    ("deit_tiny_patch16_224", VisionTransformer(size: 192, heads: 3), 72.190, "fb_in1k"),
    ("deit_small_patch16_224", VisionTransformer(size: 384, heads: 6), 79.856, "fb_in1k"),
    ("deit_base_patch16_224", VisionTransformer(), 81.980, "fb_in1k"),
    (
      "deit_tiny_distilled_patch16_224", VisionTransformer(size: 192, heads: 3, distilled: true), 74.538, "fb_in1k"
    ),
    (
      "deit_small_distilled_patch16_224", VisionTransformer(size: 384, heads: 6, distilled: true), 81.204, "fb_in1k"
    ),
    ("deit_base_distilled_patch16_224", VisionTransformer(distilled: true), 83.384, "fb_in1k"),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let tokens = embedded(image).through("blocks") {
      for _ in 0..<12 { TransformerBlock(heads: heads) }
    }
    tokens.apply(Slice(axis: 1, start: prefix, end: tokens.shape[1]))
      .map(image.height / patch, image.width / patch).asFeature()
    let x = tokens.scoped("norm", LayerNorm(epsilon: 1e-6))
    let answer = x.token(0).classified("head", classes)
    return distilled ? (answer + x.token(1).classified("head_dist", classes)) * 0.5 : answer
  }

  /// How many tokens have no place.
  var prefix: Int { distilled ? 2 : 1 }

  /// Patches as tokens behind those without a place, each with its position (equation 1).
  func embedded(_ image: Tensor) -> Tensor {
    let side = 224 / patch
    var learned = [image.parameter("cls_token", [1, 1, size])]
    let table = image.parameter("pos_embed", [1, prefix + side * side, size])
    if distilled { learned.append(image.parameter("dist_token", [1, 1, size])) }
    let patches = image.scoped("patch_embed") {
      $0.scoped("proj", Conv2D(size, patch, stride: patch, padding: .valid, bias: true))
    }
    let first = learned.map { $0.expanded([image.shape[0], 1, size]) }
    return concat(first + [patches.tokens])
      + table.resampledPositions(prefix: prefix, side: side, rows: patches.height, columns: patches.width)
  }
}

extension VisionTransformer {
  static let torchvision = Dialect(
    "torchvision",
    [
      "cls_token": "class_token", "pos_embed": "encoder.pos_embedding", "patch_embed.proj": "conv_proj",
      "blocks.*": .into(
        "encoder.layers.encoder_layer_*",
        [
          "norm*": "ln_*", "attn.qkv.weight": "self_attention.in_proj_weight",
          "attn.qkv.bias": "self_attention.in_proj_bias", "attn.proj": "self_attention.out_proj", "mlp.fc1": "mlp.0",
          "mlp.fc2": "mlp.3",
        ]),
      "norm": "encoder.ln", "head": "heads.head",
    ])

  /// - Parameters:
  ///   - prefix: `vit` or `deit`.
  ///   - head: the name of the classifier.
  static func huggingFace(_ prefix: String, head: String) -> Dialect {
    Dialect(
      "Hugging Face transformers",
      [
        "cls_token": "\(prefix).embeddings.cls_token", "pos_embed": "\(prefix).embeddings.position_embeddings",
        "dist_token": "\(prefix).embeddings.distillation_token",
        "patch_embed.proj": "\(prefix).embeddings.patch_embeddings.projection",
        "blocks.*": .into(
          "\(prefix).encoder.layer.*",
          [
            "norm1": "layernorm_before", "norm2": "layernorm_after",
            "attn.qkv": ["attention.attention.query", "attention.attention.key", "attention.attention.value"],
            "attn.proj": "attention.output.dense", "mlp.fc1": "intermediate.dense", "mlp.fc2": "output.dense",
          ]),
        "norm": "\(prefix).layernorm", "head": "\(head)", "head_dist": "distillation_classifier",
      ])
  }
}
