import SwiftletGraph
import SwiftletOps
import SwiftletZoo
import Testing

/// Learned scalars, exactly, and multiply-adds, in millions to two decimals, of the networks from their authors' code.
@Suite struct AuthorsCountTests {
  static let counts: [(model: String, parameters: Int, millions: Double)] = [
    ("shufflenet_v1_g3_0_5x", 717_324, 37.59),
    ("shufflenet_v1_g3_1x", 1_864_728, 137.46),
    ("shufflenet_v1_g3_1_5x", 3_441_168, 292.44),
    ("shufflenet_v1_g3_2x", 5_449_776, 524.05),
    ("shufflenet_v1_g8_0_5x", 1_010_448, 40.47),
    ("shufflenet_v1_g8_1x", 2_433_768, 138.37),
    ("shufflenet_v1_g8_1_5x", 4_268_952, 290.19),
    ("shufflenet_v1_g8_2x", 6_521_232, 521.94),
    ("shufflenet_v1_g1_1x", 1_530_936, 143.08),
    ("shufflenet_v1_g2_1x", 1_732_848, 140.84),
    ("shufflenet_v1_g4_1x", 1_967_344, 134.34),
    ("shufflenet_v2_megvii_0_5x", 1_365_792, 40.48),
    ("shufflenet_v2_star_0_5x", 1_375_296, 42.89),
    ("shufflenet_v2_megvii_1x", 2_278_760, 145.81),
    ("shufflenet_v2_star_1x", 2_301_354, 150.69),
    ("shufflenet_v2_megvii_1_5x", 3_506_720, 298.97),
    ("shufflenet_v2_star_1_5x", 3_540_864, 306.01),
    ("shufflenet_v2_megvii_2x", 7_402_600, 590.78),
    ("shufflenet_v2_star_2x", 7_449_834, 600.28),
    ("shufflenet_v2_plus_small", 5_137_116, 155.85),
    ("shufflenet_v2_plus_medium", 5_679_840, 222.25),
    ("shufflenet_v2_plus_large", 6_768_220, 360.05),
    ("shufflenet_v2_large", 140_685_664, 12781),
    ("shufflenet_v2_exlarge", 271_283_296, 46175),
    ("shufflenet_v2_oneshot", 3_432_579, 327.86),
    ("detnas_voc_retinanet_300m", 3_479_480, 360.63),
    ("detnas_voc_fpn_300m", 3_651_128, 349.52),
    ("detnas_coco_retinanet_300m", 3_725_320, 324.34),
    ("detnas_coco_fpn_300m", 3_533_112, 321.22),
    ("detnas_coco_fpn_1_3g", 10_426_328, 1318.37),
    ("detnas_coco_fpn_3_8g", 31_444_596, 4085.87),
    ("condensenet_74_g4", 4_773_944, 516.64),
    ("condensenet_74_g4_train", 11_922_680, 1267.90),
    ("condensenet_74_g8", 2_935_416, 261.55),
    ("condensenet_74_g8_train", 11_103_608, 1137.85),
    ("condensenet_cifar_50", 214_186, 27.18),
    ("condensenet_cifar_74", 402_026, 49.20),
    ("condensenet_cifar_86", 516_202, 62.38),
    ("condensenet_cifar_98", 643_882, 76.99),
    ("condensenet_cifar_110", 785_066, 93.05),
    ("condensenet_cifar_122", 939_754, 110.55),
    ("condensenet_cifar_182", 4_209_226, 493.92),
    ("pvanet91", 80_427_000, 452.99),
    ("pvanet90", 80_424_488, 452.99),
    ("igcv1_l100m2_imagenet", 8_637_900, 1264.78),
    ("igcv1_l16m16_imagenet", 13_528_296, 2265.99),
    ("igcv1_l4m32_imagenet", 12_251_240, 1944.64),
    ("igcv1_plain_l24m2_d20", 155_962, 28.76),
    ("igcv1_plain_l24m2_d38", 317_242, 57.07),
    ("igcv1_plain_l4m8_d20", 277_546, 42.37),
    ("igcv1_plain_l4m8_d38", 575_914, 86.21),
    ("igcv1_resnet_l32m26_d20", 24_215_370, 3741.02),
    ("igcv3_d_1x", 3_491_688, 312.97),
    ("igcv3_d_0_7x", 2_447_130, 167.73),
    ("igcv3_d_0_5x", 1_934_132, 89.43),
    ("igcv3_d_1_4x", 6_315_568, 621.46),
    ("peleenet", 2_802_248, 507.76),
    ("mobiledet_cpu", 3_006_440, 408.01),
    ("mobiledet_dsp", 5_839_952, 2763.35),
    ("mobiledet_edgetpu", 2_777_040, 1473.80),
    ("mobiledet_gpu", 11_689_920, 5009.92),
    ("dy_mobilenet_v2_1x", 11_145_872, 303.08),
    ("dy_mobilenet_v2_0_75x", 7_009_168, 210.38),
    ("dy_mobilenet_v2_0_5x", 3_944_376, 97.72),
    ("dy_mobilenet_v2_0_35x", 2_685_200, 59.58),
    ("vovnet27_slim", 3_525_736, 2176.70),
    ("vovnet39", 22_600_296, 7072.23),
    ("vovnet57", 36_640_296, 8930.14),
    ("vovnet_v2_19_slim_dw", 1_384_752, 397.56),
    ("vovnet_v2_19_dw", 5_518_080, 1332.47),
    ("vovnet_v2_19_slim", 2_653_136, 1679.70),
    ("vovnet_v2_19", 10_180_416, 4120.91),
    ("vovnet_v2_39", 25_184_128, 7074.81),
    ("vovnet_v2_57", 41_454_912, 8934.95),
    ("vovnet_v2_99", 69_523_520, 16495),
    ("squeezenet1_0_simple_bypass", 1_248_424, 818.92),
    ("squeezenet1_0_complex_bypass", 1_589_672, 1165.30),
    ("squeezenet1_0_caffe", 1_248_424, 861.34),
    ("squeezenet1_1_caffe", 1_235_496, 387.75),
    ("googlenet_bvlc", 6_998_552, 1582.67),
    ("bninception", 11_295_240, 2032.60),
    ("simam_mobilenet_v2", 3_504_872, 300.77),
    ("simam_resnet18", 11_689_512, 1814.07),
    ("simam_resnet34", 21_797_672, 3663.76),
    ("simam_resnet50", 25_557_032, 4089.18),
    ("simam_resnet101", 44_549_160, 7801.41),
  ]

  @Test(arguments: counts) func equalsTheReference(_ name: String, _ parameters: Int, _ millions: Double) throws {
    let graph = try #require(allModels.first { $0.name == name }).graph()
    #expect(graph.parameters.filter { !$0.isBuffer }.reduce(0) { $0 + $1.shape.elementCount } == parameters)
    let products = graph.nodes.indices.filter {
      graph[$0].op is Conv || graph[$0].op is DynamicConv || graph[$0].op is Gemm
    }
    let found = products.reduce(0) { $0 + graph[$1].op.cost(graph.inputShapes($1), graph[$1].shape).multiplyAdds }
    let tolerance = millions > 10_000 ? 0.5 : 0.005
    #expect(abs(Double(found) / 1e6 - millions) <= tolerance + 1e-9)
  }
}
