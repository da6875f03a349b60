import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing

/// Learned scalars and multiply-adds at the model's own size, counted on timm 1.0.31.
@Suite struct VariantCountTests {
  static let counts: [(model: String, parameters: Int, multiplyAdds: Int)] = [
    ("edgenext_x_small", 2_336_804, 528_635_392),
    ("edgenext_base", 18_511_292, 3_810_977_472),
    ("edgenext_small_rw", 7_826_512, 1_561_027_584),
    ("fasternet_t1", 7_595_368, 850_511_872),
    ("fasternet_t2", 14_982_888, 1_904_334_848),
    ("fasternet_m", 53_521_464, 8_721_938_432),
    ("fasternet_l", 93_465_192, 15_494_383_616),
    ("convnext_atto_ols", 3_702_912, 576_534_912),
    ("convnext_femto", 5_217_784, 779_629_824),
    ("convnext_femto_ols", 5_226_520, 813_047_040),
    ("convnext_pico", 9_045_672, 1_367_055_360),
    ("convnext_pico_ols", 9_061_928, 1_426_062_336),
    ("convnext_nano", 15_593_560, 2_445_528_320),
    ("convnext_nano_ols", 15_649_560, 2_641_214_720),
    ("convnext_tiny_hnf", 28_589_128, 4_455_531_264),
    ("convnextv2_atto", 3_708_400, 547_332_480),
    ("convnextv2_femto", 5_233_240, 779_629_824),
    ("convnextv2_pico", 9_066_280, 1_367_055_360),
    ("convnextv2_nano", 15_623_800, 2_445_528_320),
    ("convnextv2_tiny", 28_635_496, 4_455_531_264),
    ("vit_small_patch32_224", 22_878_952, 1_119_869_952),
    ("vit_small_patch16_224", 22_050_664, 4_241_218_560),
    ("vit_base_patch32_224", 88_224_232, 4_363_106_304),
    ("vit_base_patch16_224", 86_567_656, 16_848_500_736),
    ("deit_tiny_patch16_224", 5_717_416, 1_074_851_328),
    ("deit_small_patch16_224", 22_050_664, 4_241_218_560),
    ("deit_base_patch16_224", 86_567_656, 16_848_500_736),
    ("deit_small_distilled_patch16_224", 22_436_432, 4_262_836_224),
    ("deit_base_distilled_patch16_224", 87_338_192, 16_934_203_392),
    ("mobilevitv2_075", 2_866_009, 1_027_980_288),
    ("mobilevitv2_100", 4_901_841, 1_812_090_880),
    ("mobilevitv2_125", 7_478_089, 2_816_926_720),
    ("mobilevitv2_150", 10_594_753, 4_042_487_808),
    ("mobilevitv2_175", 14_251_833, 5_488_774_144),
    ("mobilevitv2_200", 18_449_329, 7_155_785_728),
    ("efficientvit_b1", 9_102_024, 510_684_672),
    ("efficientvit_b2", 24_330_712, 1_550_166_016),
    ("efficientvit_b3", 48_646_056, 3_884_278_272),
    ("efficientvit_l1", 52_654_088, 5_238_609_920),
    ("efficientvit_l2", 63_707_016, 6_923_369_472),
    ("efficientvit_l3", 246_037_288, 27_533_539_328),
    ("efficientvit_m1", 2_980_560, 164_408_896),
    ("efficientvit_m2", 4_187_554, 197_842_656),
    ("efficientvit_m3", 6_900_722, 259_140_352),
    ("efficientvit_m4", 8_804_228, 295_583_872),
    ("efficientvit_m5", 12_473_772, 516_399_184),
    ("efficientformerv2_s1", 6_185_560, 633_529_960),
    ("efficientformerv2_s2", 12_710_112, 1_216_131_152),
    ("efficientformerv2_l", 26_322_288, 2_509_520_960),
    ("fastvit_t8", 4_026_232, 690_149_376),
    ("fastvit_t12", 7_553_704, 1_397_727_232),
    ("fastvit_s12", 9_473_576, 1_800_380_416),
    ("fastvit_sa12", 11_580_968, 1_935_548_416),
    ("fastvit_sa24", 21_554_216, 3_753_189_376),
    ("fastvit_sa36", 31_527_464, 5_570_830_336),
    ("fastvit_ma36", 44_068_004, 7_795_824_640),
    ("inception_resnet_v2", 55_843_464, 13_155_794_016),
    ("resnet18d", 11_708_744, 2_053_713_920),
    ("resnet26d", 16_014_408, 2_581_897_216),
    ("resnet34d", 21_816_904, 3_903_401_984),
    ("resnet50d", 25_576_264, 4_328_824_832),
    ("resnet101d", 44_568_392, 10_501_963_776),
    ("resnet152d", 60_212_040, 15_350_579_200),
  ]

  @Test(arguments: counts) func equalsTheReference(_ name: String, _ parameters: Int, _ multiplyAdds: Int) throws {
    let graph = try #require(allModels.first { $0.name == name }).graph()
    #expect(graph.parameters.filter { !$0.isBuffer }.reduce(0) { $0 + $1.shape.elementCount } == parameters)
    let products = graph.nodes.indices.filter { graph[$0].op is Conv || graph[$0].op is Gemm }
    let found = products.reduce(0) { $0 + graph[$1].op.cost(graph.inputShapes($1), graph[$1].shape).multiplyAdds }
    #expect(found == multiplyAdds)
  }
}
