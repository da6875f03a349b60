import SwiftletEngine
import SwiftletGraph
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// The first logits, and the largest magnitude of all, of networks with the rule's parameters at sizes other than their own:
/// made with timm 1.0.31, the deformable ResNets with PyTorch's grid_sample, InternImage with its authors' code.
@Suite(.serialized) struct OtherSizesTests {
  static let cases: [(model: String, height: Int, width: Int, gain: Float, largest: Float, logits: [Float])] = [
    (
      "vit_tiny_patch16_224", 64, 96, 1.0, 3.39178228,
      [-0.322317868, 0.610578239, 0.180855945, 1.48818338, -0.315754414]
    ),
    (
      "deit_tiny_distilled_patch16_224", 256, 64, 1.0, 2.60242605,
      [-0.42281267, 0.183529884, -0.57723707, 0.650379777, -0.437042952]
    ),
    (
      "mobilevitv2_050", 96, 160, 1.0, 2.58146954, [-0.546821773, -1.43099582, -0.317852944, 0.845012009, -0.443551153]
    ),
    (
      "efficientvit_m0", 192, 256, 0.25, 0.845298469,
      [0.243195653, -0.34801504, 0.0515517145, -0.170880079, -0.146526814]
    ),
    (
      "efficientformerv2_s0", 224, 224, 0.25, 0.463854969,
      [0.0433731228, -0.00146499835, -0.0820398629, 0.0622590482, 0.0297725722]
    ),
    ("efficientvit_l1", 64, 96, 1.0, 2.21250129, [0.771393716, -0.554999173, -0.371939629, -0.669754982, 0.477567524]),
    ("edgenext_small_rw", 96, 64, 1.0, 3.50310445, [0.488207579, -0.51088804, 0.491398066, 0.141277701, -0.762859821]),
    ("convnextv2_atto", 96, 64, 1.0, 3.31614971, [1.47026122, 0.157868758, 1.49659681, 0.648830473, -0.189262673]),
    (
      "fastvit_sa12", 96, 128, 0.25, 0.146930099,
      [-0.067033805, -0.115616009, -0.0890534967, -0.0691186041, 0.00148735289]
    ),
    (
      "inception_resnet_v2", 139, 171, 1.0, 0.62827456,
      [-0.0214927271, 0.225825593, 0.231970906, 0.145883873, 0.249844015]
    ),
    ("resnet18d", 65, 97, 1.0, 1.44544637, [-0.277239919, 0.362377316, 0.188487634, -0.0669166371, -0.126733676]),
    ("fasternet_t2", 64, 96, 1.0, 20.978405, [2.04483032, 6.78806305, 3.33552027, 4.5606885, -3.88667679]),
    (
      "resnet50_dconv_c3_c5", 64, 96, 0.5, 0.575872421,
      [0.00519947382, -0.0627941042, 0.14159739, -0.204880387, -0.0773070157]
    ),
    (
      "resnet50_mdconv_c3_c5", 64, 96, 0.5, 0.551069736,
      [0.0181171782, -0.0506718084, 0.120480165, -0.20168069, -0.07660193]
    ),
    (
      "internimage_t_1k_224", 64, 96, 0.5, 1.06611419,
      [-0.254603684, 0.512911797, -0.297816098, 0.26613462, -0.077396974]
    ),
  ]

  @Test(arguments: cases.indices) func answersAsTheReference(_ i: Int) throws {
    let item = Self.cases[i]
    let model = try #require(allModels.first { $0.name == item.model })
    let graph = try model.graph(size: (item.height, item.width))
    let rule = Rule(gain: item.gain)
    let session = try Session(Plan(graph, threads: 2), rule.weights(for: graph))
    let logits = try session.run(rule.input(graph[graph.inputs[0]].shape))[0].scalars
    let largest = logits.reduce(0) { max($0, abs($1)) }
    #expect(abs(largest - item.largest) <= 1e-5 * item.largest)
    for (found, expected) in zip(logits, item.logits) {
      #expect(abs(found - expected) <= 1e-5 * item.largest, "\(item.model)")
    }
  }
}
