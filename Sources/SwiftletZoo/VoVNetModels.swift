public import SwiftletGraph

extension Family {
  public static let voVNet = Family(
    "VoVNet", year: 2019,
    paper: "An Energy and GPU-Computation Efficient Backbone Network for Real-Time Object Detection, Lee et al., "
      + "CVPR workshops 2019",
    url: "https://arxiv.org/abs/1904.09730", reference: "timm ese_vovnet39b", licence: "Apache-2.0",
    models: [
      Model("vovnet39a", classifier: "head.fc.") {
        VoVNet(shortcuts: false, gate: .none, classes: $0)
      },
      Model("vovnet57a", classifier: "head.fc.") {
        VoVNet(blocks: [1, 1, 4, 3], shortcuts: false, gate: .none, classes: $0)
      },
      Model("ese_vovnet19b_slim_dw", classifier: "head.fc.") {
        VoVNet(
          middle: VoVNet.slimMiddle, out: VoVNet.slimOut, blocks: [1, 1, 1, 1], depth: 3, depthwise: true, classes: $0)
      },
      Model(
        "ese_vovnet19b_dw", top1: 76.828, top1Source: "timm results-imagenet.csv, ra_in1k", classifier: "head.fc."
      ) {
        VoVNet(blocks: [1, 1, 1, 1], depth: 3, depthwise: true, classes: $0)
      },
      Model("ese_vovnet19b_slim", classifier: "head.fc.") {
        VoVNet(middle: VoVNet.slimMiddle, out: VoVNet.slimOut, blocks: [1, 1, 1, 1], depth: 3, classes: $0)
      },
      Model("ese_vovnet19b", classifier: "head.fc.") {
        VoVNet(blocks: [1, 1, 1, 1], depth: 3, classes: $0)
      },
      Model("ese_vovnet39b", top1: 79.312, top1Source: "timm results-imagenet.csv, ra_in1k", classifier: "head.fc.") {
        VoVNet(classes: $0)
      },
      Model(
        "ese_vovnet57b",
        Preprocessing(
          height: 256, width: 256, cropFraction: 0.95, mean: Preprocessing.half, std: Preprocessing.half),
        top1: 82.46, top1Source: "timm results-imagenet.csv, ra4_e3600_r256_in1k", classifier: "head.fc."
      ) {
        VoVNet(blocks: [1, 1, 4, 3], classes: $0)
      },
      Model("ese_vovnet99b", classifier: "head.fc.") {
        VoVNet(blocks: [1, 3, 9, 3], classes: $0)
      },
      Model("eca_vovnet39b", classifier: "head.fc.") {
        VoVNet(gate: .efficientChannelAttention, classes: $0)
      },
    ])
}

extension VoVNet {
  /// Half the channels: the slim variants.
  static let slimMiddle = [64, 80, 96, 112]
  static let slimOut = [112, 256, 384, 512]
}
