import SwiftletGraph

extension Family {
  public static let tinyNet = Family(
    "TinyNet", year: 2020,
    paper: "Model Rubik's Cube: Twisting Resolution, Depth and Width for TinyNets, Han et al., NeurIPS 2020",
    url: "https://arxiv.org/abs/2010.14819", reference: "timm tinynet_*", licence: "Apache-2.0",
    idea: """
      EfficientNet-B0 made smaller: a formula drawn from many trained networks says how; resolution and depth count \
      for more than width when a network is small.
      """,
    block: .init("tinynet_e", "blocks.3.1"),
    models: [
      tiny("a", 192, 77.666, width: 1.0, depth: 1.2),
      tiny("b", 188, 74.946, width: 0.75, depth: 1.1),
      tiny("c", 184, 71.214, width: 0.54, depth: 0.85),
      tiny("d", 152, 66.936, width: 0.54, depth: 0.695),
      tiny("e", 106, 59.874, width: 0.51, depth: 0.6),
    ])

  /// EfficientNet-B0 made smaller in resolution, depth and width; stem and head keep their widths.
  private static func tiny(_ letter: String, _ size: Int, _ top1: Double, width: Double, depth: Double) -> Model {
    Model(timm: "tinynet_\(letter)", .square(size), top1: (top1, "in1k")) { classes in
      EfficientNet(
        Scaling(width: width, depth: depth, rounding: .toNearestOrEven), stem: 32, head: 1280, classes: classes)
    }
  }
}
