public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let starNet = Family(
    "StarNet", year: 2024, paper: "Rewrite the Stars, Ma et al., CVPR 2024",
    url: "https://arxiv.org/abs/2403.19967", reference: "timm starnet_*", licence: "Apache-2.0",
    idea: """
      Two projections of the same map are multiplied element by element, one of them activated: like a kernel trick, \
      the product spans a space of far higher dimension without a wider network.
      """,
    block: .init("starnet_s1", "stages.0.1"),
    models: StarNet.variants.map { name, width, depths, expansion, top1 in
      Model(
        "starnet_\(name)", .square(224), top1: top1,
        top1Source: top1.map { _ in "timm results-imagenet.csv, starnet_\(name).in1k" }, classifier: "head."
      ) { StarNet(width: width, depths: depths, expansion: expansion, classes: $0) }
    })
}

/// Rewrite the Stars.
///
/// Ma et al., CVPR 2024, https://arxiv.org/abs/2403.19967. Names: timm `starnet_*`.
public struct StarNet: Layer {
  /// Channels of the first stage; each stage doubles them.
  public var width = 32
  public var depths = [3, 3, 12, 5]
  public var expansion = 4
  public var classes = 1000

  /// The variants of the paper and of its appendix.
  static let variants: [(name: String, width: Int, depths: [Int], expansion: Int, top1: Double?)] = [
    ("s050", 16, [1, 1, 3, 1], 3, nil),
    ("s100", 20, [1, 2, 4, 1], 4, nil),
    ("s150", 24, [1, 2, 4, 2], 3, nil),
    ("s1", 24, [2, 2, 8, 3], 4, 73.532),
    ("s2", 32, [1, 2, 6, 2], 4, 74.666),
    ("s3", 32, [2, 2, 8, 4], 4, 77.378),
    ("s4", 32, [3, 3, 12, 5], 4, 78.824),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stem = image.scoped("stem") { $0.scoped("0", Self.convolution(32, 3, stride: 2)) }.relu6
    let features = stem.through("stages") {
      for (i, depth) in depths.enumerated() {
        Sequential {
          Self.convolution(width << i, 3, stride: 2)
          for _ in 0..<depth { Block(expansion: expansion) }
        }.asFeature()
      }
    }
    return features.scoped("norm", BatchNorm()).globalAveragePooled.flattened.classified("head", classes)
  }

  /// With bias and normalisation.
  static func convolution(_ out: Int, _ kernel: Int, stride: Int = 1) -> ConvBN {
    ConvBN(Conv2D(out, kernel, stride: stride, bias: true), .none)
  }

  /// Two projections, one of them activated, multiplied element by element, between large filters.
  struct Block: Layer {
    let expansion: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let wide = Conv2D(expansion * x.channels, 1, bias: true)
      let y = x.scoped("dwconv", ConvBN(Depthwise(7, bias: true), .none))
      let star = y.scoped("f1") { $0.scoped("conv", wide) }.relu6 * y.scoped("f2") { $0.scoped("conv", wide) }
      let narrow = star.scoped("g", StarNet.convolution(x.channels, 1))
      return x + narrow.scoped("dwconv2") { $0.scoped("conv", Depthwise(7, bias: true)) }
    }
  }
}
