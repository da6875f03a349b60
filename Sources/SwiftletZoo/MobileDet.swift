import SwiftletGraph
import SwiftletOps

extension Family {
  public static let mobileDet = Family(
    "MobileDet", year: 2021,
    paper: "MobileDets: Searching for Object Detection Architectures for Mobile Accelerators, Xiong et al., CVPR 2021",
    url: "https://arxiv.org/abs/2004.14525",
    reference: "tensorflow/models research/object_detection/models/ssd_mobiledet_feature_extractor.py",
    licence: "Apache-2.0",
    idea: """
      Searched for detectors on phones' accelerators, where plain convolutions pay off: next to inverted residuals \
      there are fused ones and Tucker layers (1×1, 3×3, 1×1, all plain, with a thin middle).
      """,
    block: .init("mobiledet_dsp", "C2.3"),
    models: MobileDet.variants.map { row in
      Model(
        backbone: "mobiledet_\(row.name)",
        .square(320, crop: 1, .bilinear, mode: .squash, half: true)
      ) { MobileDet(stem: row.stem, isExcited: row.isExcited, stages: row.stages) }
    })
}

/// MobileDets: backbones for detectors, searched for four kinds of processors. The maps are those of C1 to C5.
///
/// Xiong et al., CVPR 2021, https://arxiv.org/abs/2004.14525. TensorFlow's padding, ε = 0.01. After the authors' code:
/// blocks `C1.0`, … with `expand`, `dw`, `se`, `project`, or `compress`, `conv`, `project`, each `conv` and `bn`.
struct MobileDet: Layer {
  /// Channels of the first convolution.
  var stem = 32
  /// Hard swish, and squeeze-and-excitation in each block, instead of ReLU6.
  var isExcited = false
  var stages: [[Block]]

  func callAsFunction(_ image: Tensor) -> Tensor {
    let style = Style(isExcited ? .hardSwish : .relu6, epsilon: 0.01, padding: .tensorFlow)
    var x = convolved(image, "stem", style, style.conv(stem, 3, stride: 2))
    for (s, blocks) in stages.enumerated() {
      for (b, block) in blocks.enumerated() {
        x = x.scoped("C\(s + 1).\(b)") { self.apply(block, $0, style) }.asFeature()
      }
    }
    return x
  }

  /// A block of the search space.
  enum Block: Sendable {
    /// Inverted bottleneck.
    case ibn(Int, k: Int = 3, t: Int, s: Int = 1, residual: Bool = true)
    /// Inverted bottleneck without expansion.
    case separable(Int)
    /// Inverted bottleneck whose expansion and filter are one full convolution.
    case fused(Int, k: Int = 3, t: Int, s: Int = 1, residual: Bool = true)
    /// Full convolution between two pointwise ones, with these shares of the channels before and behind it.
    case tucker(Int, Double, Double, residual: Bool = true)
  }

  private func apply(_ block: Block, _ x: Tensor, _ style: Style) -> Tensor {
    let linear = style.with(.none)
    switch block {
    case .ibn(let out, let k, let t, let s, let residual):
      let wide = convolved(x, "expand", style, style.conv(t * x.channels, 1))
      let filtered = excited(convolved(wide, "dw", style, style.depthwise(k, stride: s)))
      let y = convolved(filtered, "project", linear, style.conv(out, 1))
      return residual ? y + x : y
    case .separable(let out):
      let filtered = excited(convolved(x, "dw", style, style.depthwise(3)))
      return convolved(filtered, "project", linear, style.conv(out, 1))
    case .fused(let out, let k, let t, let s, let residual):
      let wide = excited(convolved(x, "expand", style, style.conv(t * x.channels, k, stride: s)))
      let y = convolved(wide, "project", linear, style.conv(out, 1))
      return residual ? y + x : y
    case .tucker(let out, let before, let behind, let residual):
      let rank = { (channels: Int, share: Double) in roundedChannels(Double(channels) * share, limit: 0) }
      let narrow = convolved(x, "compress", style, style.conv(rank(x.channels, before), 1))
      let filtered = convolved(narrow, "conv", style, style.conv(rank(out, behind), 3))
      let y = convolved(filtered, "project", linear, style.conv(out, 1))
      return residual ? y + x : y
    }
  }

  private func convolved(_ x: Tensor, _ name: String, _ style: Style, _ convolution: Conv2D) -> Tensor {
    x.scoped(name, ConvBN(convolution, epsilon: style.epsilon, style.activation))
  }

  private func excited(_ x: Tensor) -> Tensor {
    guard isExcited else { return x }
    return x.scoped(
      "se",
      SqueezeExcite(0.25, .hardSwish, reduce: "reduce.conv", expand: "expand.conv") { roundedChannels($0, limit: 0) })
  }
}
