import SwiftletGraph
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// Dialects against the modules that they are named after: what these call each parameter, and its shape.
@Suite struct ReferenceNameTests {
  /// All parameters of the reference: how many, and FNV-1a of "name elements" in sorted lines.
  static let listings: [(model: String, dialect: String, count: Int, hash: UInt64)] = [
    ("mobilenetv2_050", "d-li14/mobilenetv2.pytorch", 262, 0x74C4_5971_68E4_8DD4),
    ("mobilenetv2_140", "d-li14/mobilenetv2.pytorch", 262, 0xD65A_DED0_EC32_B2BB),
    ("efficientnet_b0", "lukemelas/EfficientNet-PyTorch", 311, 0x6E0F_43E6_22D9_2D55),
    ("tf_efficientnet_b7", "lukemelas/EfficientNet-PyTorch", 1037, 0xB605_960F_77D6_E409),
    ("repvgg_a0", "the authors'", 290, 0xDEDC_4A8F_1DA3_82A3),
    ("repvgg_b1g4", "the authors'", 374, 0x10D8_C34C_DB9A_4BE0),
    ("repvgg_d2se", "the authors'", 846, 0xA115_B966_F368_C404),
    ("mobileone_s0", "the authors'", 1097, 0x84AD_4A63_EFD4_85B4),
    ("mobileone_s4", "the authors'", 511, 0x7E00_DBF7_D684_BAB0),
    ("convnext_tiny", "the authors'", 182, 0x4432_D3AB_8699_6226),
    ("convnextv2_atto", "the authors'", 140, 0x6FF9_CE27_14E6_8E50),
    ("convnextv2_tiny", "the authors'", 200, 0x4C80_60F3_4A75_1DAC),
    ("edgenext_xx_small", "the authors'", 160, 0x1EE8_8527_E106_904F),
    ("edgenext_base", "the authors'", 214, 0x9CBE_DC3A_E13C_26D1),
    ("fasternet_t0", "the authors'", 114, 0x67F7_C416_9D82_35FE),
    ("fasternet_l", "the authors'", 219, 0x7C92_1636_2631_3484),
    ("resnet18", "Hugging Face transformers", 102, 0x6086_8359_8D82_5EB4),
    ("resnet152", "Hugging Face transformers", 777, 0x3B4F_6D09_C994_66A6),
    ("convnext_tiny", "Hugging Face transformers", 182, 0x039D_07BE_232C_73F6),
    ("convnextv2_nano", "Hugging Face transformers", 160, 0x1774_764E_05E4_F9E7),
    ("vit_tiny_patch16_224", "Hugging Face transformers", 200, 0xD67F_EFE5_9C5C_20D2),
    ("vit_base_patch32_224", "Hugging Face transformers", 200, 0x3339_DCBB_4200_AB6B),
    ("deit_tiny_patch16_224", "Hugging Face transformers", 200, 0xD67F_EFE5_9C5C_20D2),
    ("deit_base_distilled_patch16_224", "Hugging Face transformers", 203, 0x9105_0E66_DE16_59A4),
    ("densenet121", "torchvision 0.1", 606, 0x24EA_27B9_AFAB_9877),
    ("torchvision.vgg11", "timm", 22, 0xB576_0D28_01D3_6398),
    ("torchvision.vgg19_bn", "timm", 102, 0xCCCC_8AD4_E4DC_5883),
  ]

  @Test(arguments: listings.map { ($0.model, $0.dialect, $0.count, $0.hash) })
  func namesAndSizes(_ name: String, _ dialect: String, _ count: Int, _ hash: UInt64) throws {
    let model = try DialectTests.model(name)
    let graph = try model.definition()
    let lines = try Self.dialects(model, dialect).map {
      zip(graph.parameters, try DialectTests.names(model, $0)).flatMap { parameter, names in
        names.map { "\($0) \(parameter.shape.elementCount / names.count)" }
      }
    }
    #expect(lines.contains { $0.count == count && DialectTests.hash($0) == hash })
  }

  /// Parameters of the definition, what the reference calls them (pieces in their order), and the shape each has there: the
  /// first and the last, one of each kind, all that is irregular.
  static let places: [(model: String, dialect: String, parameters: [(own: String, names: [String], shape: Shape)])] = [
    (
      "mobilenetv2_100", "d-li14/mobilenetv2.pytorch",
      [
        ("conv_stem.weight", ["features.0.0.weight"], [32, 3, 3, 3]),
        ("blocks.0.0.conv_dw.weight", ["features.1.conv.0.weight"], [32, 1, 3, 3]),
        ("blocks.0.0.bn2.running_var", ["features.1.conv.4.running_var"], [16]),
        ("blocks.1.0.conv_dw.weight", ["features.2.conv.3.weight"], [96, 1, 3, 3]),
        ("blocks.6.0.bn3.bias", ["features.17.conv.7.bias"], [320]),
        ("conv_head.weight", ["conv.0.weight"], [1280, 320, 1, 1]),
        ("bn2.running_mean", ["conv.1.running_mean"], [1280]),
        ("classifier.bias", ["classifier.bias"], [1000]),
      ]
    ),
    (
      "efficientnet_b0", "lukemelas/EfficientNet-PyTorch",
      [
        ("conv_stem.weight", ["_conv_stem.weight"], [32, 3, 3, 3]),
        ("bn1.bias", ["_bn0.bias"], [32]),
        ("blocks.0.0.conv_dw.weight", ["_blocks.0._depthwise_conv.weight"], [32, 1, 3, 3]),
        ("blocks.0.0.bn1.running_var", ["_blocks.0._bn1.running_var"], [32]),
        ("blocks.0.0.bn2.bias", ["_blocks.0._bn2.bias"], [16]),
        ("blocks.1.0.conv_pw.weight", ["_blocks.1._expand_conv.weight"], [96, 16, 1, 1]),
        ("blocks.1.0.bn1.weight", ["_blocks.1._bn0.weight"], [96]),
        ("blocks.1.1.se.conv_reduce.bias", ["_blocks.2._se_reduce.bias"], [6]),
        ("blocks.6.0.conv_pwl.weight", ["_blocks.15._project_conv.weight"], [320, 1152, 1, 1]),
        ("conv_head.weight", ["_conv_head.weight"], [1280, 320, 1, 1]),
        ("bn2.weight", ["_bn1.weight"], [1280]),
        ("classifier.bias", ["_fc.bias"], [1000]),
      ]
    ),
    (
      "repvgg_d2se", "the authors'",
      [
        ("stem.conv_kxk.conv.weight", ["stage0.rbr_dense.conv.weight"], [64, 3, 3, 3]),
        ("stem.attn.fc1.weight", ["stage0.se.down.weight"], [4, 64, 1, 1]),
        ("stages.0.0.conv_1x1.bn.running_var", ["stage1.0.rbr_1x1.bn.running_var"], [160]),
        ("stages.0.1.identity.weight", ["stage1.1.rbr_identity.weight"], [160]),
        ("stages.2.23.attn.fc2.bias", ["stage3.23.se.up.bias"], [640]),
        ("stages.3.0.conv_kxk.bn.weight", ["stage4.0.rbr_dense.bn.weight"], [2560]),
        ("head.fc.bias", ["linear.bias"], [1000]),
      ]
    ),
    (
      "repvgg_b1g4", "the authors'",
      [
        ("stages.0.1.conv_kxk.conv.weight", ["stage1.1.rbr_dense.conv.weight"], [128, 32, 3, 3]),
        ("stages.1.0.conv_1x1.conv.weight", ["stage2.0.rbr_1x1.conv.weight"], [256, 128, 1, 1]),
      ]
    ),
    (
      "mobileone_s4", "the authors'",
      [
        ("stem.conv_scale.conv.weight", ["stage0.rbr_scale.conv.weight"], [64, 3, 1, 1]),
        ("stages.0.0.conv_kxk.0.conv.weight", ["stage1.0.rbr_conv.0.conv.weight"], [64, 1, 3, 3]),
        ("stages.0.2.identity.weight", ["stage1.2.rbr_skip.weight"], [192]),
        ("stages.2.10.attn.fc1.weight", ["stage3.10.se.reduce.weight"], [56, 896, 1, 1]),
        ("stages.2.19.attn.fc2.bias", ["stage3.19.se.expand.bias"], [896]),
        ("stages.3.1.conv_kxk.0.bn.running_mean", ["stage4.1.rbr_conv.0.bn.running_mean"], [2048]),
        ("head.fc.weight", ["linear.weight"], [1000, 2048]),
      ]
    ),
    (
      "mobileone_s0", "the authors'",
      [
        ("stages.0.0.conv_kxk.3.conv.weight", ["stage1.0.rbr_conv.3.conv.weight"], [48, 1, 3, 3]),
        ("stages.0.1.conv_kxk.3.conv.weight", ["stage1.1.rbr_conv.3.conv.weight"], [48, 48, 1, 1]),
        ("stages.3.0.conv_scale.bn.bias", ["stage4.0.rbr_scale.bn.bias"], [256]),
      ]
    ),
    (
      "convnext_tiny", "the authors'",
      [
        ("stem.0.weight", ["downsample_layers.0.0.weight"], [96, 3, 4, 4]),
        ("stem.1.bias", ["downsample_layers.0.1.bias"], [96]),
        ("stages.3.downsample.1.weight", ["downsample_layers.3.1.weight"], [768, 384, 2, 2]),
        ("stages.0.blocks.0.gamma", ["stages.0.0.gamma"], [96]),
        ("stages.2.blocks.8.conv_dw.weight", ["stages.2.8.dwconv.weight"], [384, 1, 7, 7]),
        ("stages.3.blocks.2.mlp.fc2.bias", ["stages.3.2.pwconv2.bias"], [768]),
        ("head.norm.weight", ["norm.weight"], [768]),
        ("head.fc.bias", ["head.bias"], [1000]),
      ]
    ),
    (
      "convnextv2_atto", "the authors'",
      [
        ("stages.0.blocks.0.mlp.grn.weight", ["stages.0.0.grn.gamma"], [1, 1, 1, 160]),
        ("stages.3.blocks.1.mlp.grn.bias", ["stages.3.1.grn.beta"], [1, 1, 1, 1280]),
        ("stages.2.blocks.5.mlp.fc1.weight", ["stages.2.5.pwconv1.weight"], [640, 160]),
        ("head.fc.weight", ["head.weight"], [1000, 320]),
      ]
    ),
    (
      "edgenext_xx_small", "the authors'",
      [
        ("stages.1.downsample.1.weight", ["downsample_layers.1.1.weight"], [48, 24, 2, 2]),
        ("stages.0.blocks.1.conv_dw.weight", ["stages.0.1.dwconv.weight"], [24, 1, 3, 3]),
        ("stages.1.blocks.1.convs.0.bias", ["stages.1.1.convs.0.bias"], [24]),
        (
          "stages.1.blocks.1.pos_embd.token_projection.weight", ["stages.1.1.pos_embd.token_projection.weight"],
          [48, 64, 1, 1]
        ),
        ("stages.3.blocks.1.xca.temperature", ["stages.3.1.xca.temperature"], [4, 1, 1]),
        ("stages.3.blocks.1.gamma_xca", ["stages.3.1.gamma_xca"], [168]),
        ("head.norm.bias", ["norm.bias"], [168]),
        ("head.fc.bias", ["head.bias"], [1000]),
      ]
    ),
    (
      "fasternet_t0", "the authors'",
      [
        ("patch_embed.proj.weight", ["patch_embed.proj.weight"], [40, 3, 4, 4]),
        (
          "stages.0.blocks.0.spatial_mixing.partial_conv3.weight",
          ["stages.0.blocks.0.spatial_mixing.partial_conv3.weight"], [10, 10, 3, 3]
        ),
        ("stages.1.downsample.reduction.weight", ["stages.1.reduction.weight"], [80, 40, 2, 2]),
        ("stages.2.blocks.7.mlp.1.running_var", ["stages.4.blocks.7.mlp.1.running_var"], [320]),
        ("stages.3.downsample.norm.bias", ["stages.5.norm.bias"], [320]),
        ("stages.3.blocks.1.mlp.3.weight", ["stages.6.blocks.1.mlp.3.weight"], [320, 640, 1, 1]),
        ("conv_head.weight", ["avgpool_pre_head.1.weight"], [1280, 320, 1, 1]),
        ("classifier.bias", ["head.bias"], [1000]),
      ]
    ),
    (
      "resnet50", "Hugging Face transformers",
      [
        ("conv1.weight", ["resnet.embedder.embedder.convolution.weight"], [64, 3, 7, 7]),
        ("bn1.running_var", ["resnet.embedder.embedder.normalization.running_var"], [64]),
        (
          "layer1.0.downsample.0.weight", ["resnet.encoder.stages.0.layers.0.shortcut.convolution.weight"],
          [256, 64, 1, 1]
        ),
        ("layer2.0.downsample.1.bias", ["resnet.encoder.stages.1.layers.0.shortcut.normalization.bias"], [512]),
        ("layer1.0.conv2.weight", ["resnet.encoder.stages.0.layers.0.layer.1.convolution.weight"], [64, 64, 3, 3]),
        ("layer4.2.bn3.weight", ["resnet.encoder.stages.3.layers.2.layer.2.normalization.weight"], [2048]),
        ("fc.bias", ["classifier.1.bias"], [1000]),
      ]
    ),
    (
      "convnext_tiny", "Hugging Face transformers",
      [
        ("stem.0.weight", ["convnext.embeddings.patch_embeddings.weight"], [96, 3, 4, 4]),
        ("stem.1.bias", ["convnext.embeddings.layernorm.bias"], [96]),
        ("stages.1.downsample.0.weight", ["convnext.encoder.stages.1.downsampling_layer.0.weight"], [96]),
        ("stages.1.downsample.1.weight", ["convnext.encoder.stages.1.downsampling_layer.1.weight"], [192, 96, 2, 2]),
        ("stages.0.blocks.0.gamma", ["convnext.encoder.stages.0.layers.0.layer_scale_parameter"], [96]),
        ("stages.2.blocks.8.mlp.fc2.weight", ["convnext.encoder.stages.2.layers.8.pwconv2.weight"], [384, 1536]),
        ("head.norm.weight", ["convnext.layernorm.weight"], [768]),
        ("head.fc.bias", ["classifier.bias"], [1000]),
      ]
    ),
    (
      "convnextv2_nano", "Hugging Face transformers",
      [
        ("stages.2.blocks.7.mlp.grn.weight", ["convnextv2.encoder.stages.2.layers.7.grn.weight"], [1, 1, 1, 1280]),
        ("stages.0.blocks.0.mlp.fc1.weight", ["convnextv2.encoder.stages.0.layers.0.pwconv1.weight"], [320, 80]),
        ("head.norm.bias", ["convnextv2.layernorm.bias"], [640]),
      ]
    ),
    (
      "vit_tiny_patch16_224", "Hugging Face transformers",
      [
        ("cls_token", ["vit.embeddings.cls_token"], [1, 1, 192]),
        ("pos_embed", ["vit.embeddings.position_embeddings"], [1, 197, 192]),
        ("patch_embed.proj.weight", ["vit.embeddings.patch_embeddings.projection.weight"], [192, 3, 16, 16]),
        (
          "blocks.0.attn.qkv.weight",
          [
            "vit.encoder.layer.0.attention.attention.query.weight",
            "vit.encoder.layer.0.attention.attention.key.weight",
            "vit.encoder.layer.0.attention.attention.value.weight",
          ], [192, 192]
        ),
        ("blocks.0.attn.proj.weight", ["vit.encoder.layer.0.attention.output.dense.weight"], [192, 192]),
        ("blocks.11.norm1.weight", ["vit.encoder.layer.11.layernorm_before.weight"], [192]),
        ("blocks.11.norm2.bias", ["vit.encoder.layer.11.layernorm_after.bias"], [192]),
        ("blocks.3.mlp.fc1.bias", ["vit.encoder.layer.3.intermediate.dense.bias"], [768]),
        ("blocks.3.mlp.fc2.weight", ["vit.encoder.layer.3.output.dense.weight"], [192, 768]),
        ("norm.weight", ["vit.layernorm.weight"], [192]),
        ("head.weight", ["classifier.weight"], [1000, 192]),
      ]
    ),
    (
      "deit_tiny_distilled_patch16_224", "Hugging Face transformers",
      [
        ("dist_token", ["deit.embeddings.distillation_token"], [1, 1, 192]),
        ("pos_embed", ["deit.embeddings.position_embeddings"], [1, 198, 192]),
        (
          "blocks.11.attn.qkv.bias",
          [
            "deit.encoder.layer.11.attention.attention.query.bias",
            "deit.encoder.layer.11.attention.attention.key.bias",
            "deit.encoder.layer.11.attention.attention.value.bias",
          ], [192]
        ),
        ("head.weight", ["cls_classifier.weight"], [1000, 192]),
        ("head_dist.bias", ["distillation_classifier.bias"], [1000]),
      ]
    ),
  ]

  @Test(arguments: places.map { ($0.model, $0.dialect) })
  func parametersHaveTheirPlaces(_ name: String, _ dialect: String) throws {
    let expected = Self.places.filter { $0.model == name && $0.dialect == dialect }.flatMap(\.parameters)
    let model = try DialectTests.model(name)
    let graph = try model.graph()
    let own = try model.definition().parameters.map(\.name)
    let isFound = try Self.dialects(model, dialect).map { dialect in
      let names = Dictionary(uniqueKeysWithValues: zip(own, dialect.names(of: own)))
      guard expected.allSatisfy({ names[$0.own] == $0.names }) else { return false }
      var weights = try DialectTests.spelled(model, dialect)
      for (_, names, shape) in expected {
        for name in names { weights.add(name, shape) { NDArray(shape) } }
      }
      try model.reading(weights).check(against: graph)
      return true
    }
    #expect(isFound.contains(true))
  }

  static func dialects(_ model: Model, _ name: String) -> [Dialect] { model.dialects.filter { $0.name == name } }
}
