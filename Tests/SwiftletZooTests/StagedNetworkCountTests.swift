import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing

/// Learned scalars and multiply-adds at the model's own size, counted on timm 1.0.31 and torchvision 0.28.
@Suite struct StagedNetworkCountTests {
  static let counts: [(model: String, parameters: Int, multiplyAdds: Int)] = [
    ("efficientnet_b2", 9_109_994, 859_853_760),
    ("efficientnet_b3", 12_233_232, 1_589_198_096),
    ("efficientnet_b4", 19_341_616, 3_063_687_008),
    ("efficientnet_b5", 30_389_784, 9_404_374_080),
    ("efficientnet_b6", 43_040_704, 19_067_593_536),
    ("efficientnet_b7", 66_347_960, 37_745_884_192),
    ("efficientnet_b8", 87_413_142, 62_597_461_568),
    ("efficientnet_lite1", 5_416_680, 600_185_232),
    ("efficientnet_lite2", 6_092_072, 859_736_272),
    ("efficientnet_lite3", 8_197_096, 1_607_554_544),
    ("efficientnet_lite4", 13_006_568, 3_943_564_112),
    ("efficientnetv2_l", 118_515_272, 35_899_418_624),
    ("efficientnetv2_m", 54_139_356, 10_931_712_384),
    ("efficientnetv2_rw_m", 53_236_442, 12_627_417_344),
    ("efficientnetv2_rw_s", 23_941_296, 4_862_701_312),
    ("efficientnetv2_rw_t", 13_649_388, 1_912_879_840),
    ("efficientnetv2_xl", 208_119_808, 52_529_254_400),
    ("mnasnet_050", 2_218_512, 104_455_968),
    ("mnasnet_075", 3_170_208, 215_493_104),
    ("mnasnet_140", 7_115_728, 588_799_408),
    ("mnasnet_small", 2_030_264, 68_339_184),
    ("mobilenetv1_100h", 5_282_600, 620_120_576),
    ("mobilenetv2_110d", 4_516_520, 430_516_080),
    ("mobilenetv2_120d", 5_831_144, 668_857_568),
    ("mobilenetv3_large_075", 3_993_528, 154_560_624),
    ("mobilenetv3_large_150d", 14_622_320, 1_010_021_120),
    ("mobilenetv3_rw", 5_479_918, 216_587_936),
    ("mobilenetv3_small_075", 2_041_872, 43_399_344),
    ("semnasnet_050", 2_082_006, 103_162_992),
    ("semnasnet_075", 2_912_278, 223_448_480),
    ("semnasnet_140", 6_105_992, 586_317_952),
    ("tf_efficientnet_b1", 7_794_184, 686_802_832),
    ("tf_efficientnet_b2", 9_109_994, 993_561_872),
    ("tf_efficientnet_b3", 12_233_232, 1_827_141_392),
    ("tf_efficientnet_b4", 19_341_616, 4_393_771_024),
    ("tf_efficientnet_b5", 30_389_784, 10_266_384_752),
    ("tf_efficientnet_b6", 43_040_704, 19_067_593_536),
    ("tf_efficientnet_b7", 66_347_960, 37_745_884_192),
    ("tf_efficientnet_b8", 87_413_142, 62_597_461_568),
    ("tf_efficientnet_lite0", 4_652_008, 385_187_552),
    ("tf_efficientnet_lite1", 5_416_680, 600_185_232),
    ("tf_efficientnet_lite2", 6_092_072, 859_736_272),
    ("tf_efficientnet_lite3", 8_197_096, 1_607_554_544),
    ("tf_efficientnet_lite4", 13_006_568, 3_943_564_112),
    ("tf_efficientnetv2_b1", 8_141_052, 747_003_008),
    ("tf_efficientnetv2_b2", 10_096_086, 1_043_476_528),
    ("tf_efficientnetv2_b3", 14_358_406, 1_908_036_640),
    ("tf_efficientnetv2_l", 118_515_272, 35_899_418_624),
    ("tf_efficientnetv2_m", 54_139_356, 15_736_775_680),
    ("tf_efficientnetv2_s", 21_458_488, 5_307_561_248),
    ("tf_efficientnetv2_xl", 208_119_808, 52_529_254_400),
    ("tf_mobilenetv3_large_075", 3_993_528, 154_560_624),
    ("tf_mobilenetv3_large_minimal_100", 3_924_288, 209_136_704),
    ("tf_mobilenetv3_small_075", 2_041_872, 43_399_344),
    ("tf_mobilenetv3_small_100", 2_542_856, 56_510_400),
    ("tinynet_b", 3_730_562, 200_709_360),
    ("tinynet_d", 2_338_446, 51_580_656),
    ("torchvision.mobilenet_v3_large", 5_483_032, 216_589_760),
    ("torchvision.efficientnet_b1", 7_794_184, 686_802_832),
    ("torchvision.efficientnet_b2", 9_109_994, 1_087_529_456),
    ("torchvision.efficientnet_b3", 12_233_232, 1_827_141_392),
    ("torchvision.efficientnet_b4", 19_341_616, 4_393_771_024),
    ("torchvision.efficientnet_b5", 30_389_784, 10_266_384_752),
    ("torchvision.efficientnet_b6", 43_040_704, 19_067_593_536),
    ("torchvision.efficientnet_b7", 66_347_960, 37_745_884_192),
    ("fbnetc_100.rmsp_in1k", 5_572_200, 384_960_160),
  ]

  @Test(arguments: counts + laterCounts) func equalsTheReference(_ name: String, _ parameters: Int, _ multiplyAdds: Int)
    throws
  {
    let graph = try #require(allModels.first { $0.name == name }).graph()
    #expect(graph.parameters.filter { !$0.isBuffer }.reduce(0) { $0 + $1.shape.elementCount } == parameters)
    let products = graph.nodes.indices.filter { graph[$0].op is Conv || graph[$0].op is Gemm }
    let found = products.reduce(0) { $0 + graph[$1].op.cost(graph.inputShapes($1), graph[$1].shape).multiplyAdds }
    #expect(found == multiplyAdds)
  }
}
