import SwiftletGraph
import SwiftletOps

extension Family {
  public static let deformableResNet = Family(
    "Deformable ResNet", year: 2017,
    paper: "Deformable Convolutional Networks, Dai et al., ICCV 2017; "
      + "Deformable ConvNets v2: More Deformable, Better Results, Zhu et al., CVPR 2019",
    url: "https://arxiv.org/abs/1703.06211, https://arxiv.org/abs/1811.11168",
    reference: "mmdetection r50-dconv-c3-c5, r50-mdconv-c3-c5", licence: "Apache-2.0",
    idea: """
      Each tap of a 3×3 filter looks where a small convolution tells it to: offsets are learned and differ from place \
      to place. Version 2 also weighs each tap.
      """,
    block: .init("resnet50_dconv_c3_c5", "layer2.1"),
    models: [
      Model("resnet50_dconv_c3_c5", classifier: "fc.") { ResNet(deformable: .plain, classes: $0) },
      Model("resnet50_mdconv_c3_c5", classifier: "fc.") { ResNet(deformable: .modulated, classes: $0) },
    ])
}
