public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let regNet = Family(
    "RegNet", year: 2020, paper: "Designing Network Design Spaces, Radosavovic et al., CVPR 2020",
    url: "https://arxiv.org/abs/2003.13678", reference: "timm regnetx_*, regnety_*, torchvision regnet_*",
    licence: "Apache-2.0, BSD-3-Clause",
    idea: """
      Not one network but a space of good ones: the widths of the stages lie on a line that is rounded to steps, and all \
      3×3 convolutions have groups of the same size. Few numbers describe each network.
      """,
    block: .init("regnety_002", "s4.b2"), dialects: [RegNet.torchvision],
    models: RegNet.table.map { row in
      Model(timm: row.name, .square(224, crop: row.crop), top1: (row.top1, row.weights), classifier: "head.fc.") {
        RegNet(
          widths: row.widths, blocks: row.blocks, groupSize: row.groupSize, squeezes: row.name.hasPrefix("regnety"),
          classes: $0)
      }
    })
}

/// RegNet: widths of stages on a quantised line, groups of one size everywhere; Y has squeeze-and-excitation, X has not.
///
/// Radosavovic et al., CVPR 2020, https://arxiv.org/abs/2003.13678. Names: timm `regnetx_*` and `regnety_*`.
public struct RegNet: Layer {
  /// Of each stage.
  public var widths = [24, 56, 152, 368]
  public var blocks = [1, 1, 4, 7]
  /// Channels in each group of the 3×3 convolutions.
  public var groupSize = 8
  public var squeezes = false
  public var classes = 1000

  typealias Row = (
    name: String, widths: [Int], blocks: [Int], groupSize: Int, crop: Double, top1: Double, weights: String
  )

  /// Appendix, "RegNetX" and "RegNetY"; those that end in `_tv` are torchvision's, whose widths differ.
  static let table: [Row] = [
    ("regnetx_002", [24, 56, 152, 368], [1, 1, 4, 7], 8, 0.875, 68.758, "pycls_in1k"),
    ("regnetx_004", [32, 64, 160, 384], [1, 2, 7, 12], 16, 0.875, 72.482, "pycls_in1k"),
    ("regnetx_004_tv", [32, 64, 160, 400], [1, 2, 7, 12], 16, 0.965, 74.596, "tv2_in1k"),
    ("regnetx_006", [48, 96, 240, 528], [1, 3, 5, 7], 24, 0.875, 73.904, "pycls_in1k"),
    ("regnetx_008", [64, 128, 288, 672], [1, 3, 7, 5], 16, 0.965, 77.294, "tv2_in1k"),
    ("regnetx_016", [72, 168, 408, 912], [2, 4, 10, 2], 24, 0.965, 79.440, "tv2_in1k"),
    ("regnetx_032", [96, 192, 432, 1008], [2, 6, 15, 2], 48, 0.965, 80.916, "tv2_in1k"),
    ("regnety_002", [24, 56, 152, 368], [1, 1, 4, 7], 8, 0.875, 70.288, "pycls_in1k"),
    ("regnety_004", [48, 104, 208, 440], [1, 3, 6, 6], 8, 0.965, 75.594, "tv2_in1k"),
    ("regnety_006", [48, 112, 256, 608], [1, 3, 7, 4], 16, 0.875, 75.274, "pycls_in1k"),
    ("regnety_008", [64, 128, 320, 768], [1, 3, 8, 2], 16, 0.875, 76.334, "pycls_in1k"),
    ("regnety_008_tv", [64, 144, 320, 784], [1, 3, 8, 2], 16, 0.965, 78.672, "tv2_in1k"),
    ("regnety_016", [48, 120, 336, 888], [2, 6, 17, 2], 24, 0.965, 80.668, "tv2_in1k"),
    ("regnety_032", [72, 216, 576, 1512], [2, 5, 13, 1], 24, 0.95, 81.948, "ra_in1k"),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("stem", ConvBN(32, 3, stride: 2)).asFeature()
    for (s, count) in blocks.enumerated() {
      for b in 0..<count {
        let block = Block(out: widths[s], stride: b == 0 ? 2 : 1, groupSize: groupSize, squeezes: squeezes)
        x = x.scoped("s\(s + 1).b\(b + 1)", block)
      }
      x = x.asFeature()
    }
    return x.globalAveragePooled.flattened.scoped("head") { $0.classified("fc", classes) }
  }

  /// A 3×3 convolution in groups between two 1×1, all of one width; the squeeze is to a quarter of the block's input
  /// (figure 4 and §5).
  struct Block: Layer {
    let out: Int
    let stride: Int
    let groupSize: Int
    let squeezes: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      var y = x.scoped("conv1", ConvBN(out, 1))
      y = y.scoped("conv2", ConvBN(Conv2D(out, 3, stride: stride, groups: out / groupSize)))
      if squeezes {
        let quarter = x.channels / 4
        y = y.scoped("se", SqueezeExcite(0.25, reduce: "fc1", expand: "fc2") { _ in quarter })
      }
      y = y.scoped("conv3", ConvBN(out, 1, .none))
      return (y + shortcut(x)).relu
    }

    private func shortcut(_ x: Tensor) -> Tensor {
      if stride == 1 && x.channels == out { return x }
      return x.scoped("downsample", ConvBN(out, 1, stride: stride, .none))
    }
  }

  static let torchvision: Dialect = {
    let block: KeyValuePairs<String, Dialect.Rule> = [
      "conv1.conv": "f.a.0", "conv1.bn": "f.a.1", "conv2.conv": "f.b.0", "conv2.bn": "f.b.1", "se": "f.se",
      "conv3.conv": "f.c.0", "conv3.bn": "f.c.1", "downsample.conv": "proj.0", "downsample.bn": "proj.1",
    ]
    return Dialect(
      "torchvision",
      [
        "stem.conv": "stem.0", "stem.bn": "stem.1", "s1.b*": .into("trunk_output.block1.block1-#", block),
        "s2.b*": .into("trunk_output.block2.block2-#", block), "s3.b*": .into("trunk_output.block3.block3-#", block),
        "s4.b*": .into("trunk_output.block4.block4-#", block), "head.fc": "fc",
      ])
  }()
}
