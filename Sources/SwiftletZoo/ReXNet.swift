public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let reXNet = Family(
    "ReXNet", year: 2021,
    paper: "Rethinking Channel Dimensions for Efficient Model Design, Han et al., CVPR 2021",
    url: "https://arxiv.org/abs/2007.00992", reference: "timm rexnet_*, rexnetr_*",
    licence: "Apache-2.0, after code under the MIT licence",
    idea: """
      Channels grow by the same step from block to block instead of doubling at stages, which keeps the rank of the \
      features high; the shortcut carries the first channels where a block has more outputs than inputs.
      """,
    block: .init("rexnet_100", "features.4"),
    models: [
      model("rexnet_100", 1, (77.862, "nav_in1k")), model("rexnet_130", 1.3, (79.492, "nav_in1k")),
      model("rexnet_150", 1.5, (80.322, "nav_in1k")), model("rexnet_200", 2, (81.636, "nav_in1k")),
      model("rexnet_300", 3, (82.780, "nav_in1k")),
      model("rexnetr_100", 1, divisor: 8), model("rexnetr_130", 1.3, divisor: 8),
      model("rexnetr_150", 1.5, divisor: 8),
      model("rexnetr_200", 2, divisor: 8, crop: 0.95, (82.602, "sw_in12k_ft_in1k")),
      model("rexnetr_300", 3, divisor: 16, crop: 0.95, (84.036, "sw_in12k_ft_in1k")),
    ])

  private static func model(
    _ name: String, _ width: Double, divisor: Int = 1, crop: Double = 0.875, _ top1: (Double, String)? = nil
  ) -> Model {
    Model(
      name, .square(224, crop: crop), top1: top1?.0,
      top1Source: top1.map { "timm results-imagenet.csv, \(name).\($0.1)" }, classifier: "head."
    ) { ReXNet(width: width, divisor: divisor, classes: $0) }
  }
}

/// Rethinking Channel Dimensions for Efficient Model Design.
///
/// Han et al., CVPR 2021, https://arxiv.org/abs/2007.00992. Names: timm `rexnet_*`; `rexnetr_*` have widths rounded to
/// `divisor`.
public struct ReXNet: Layer {
  public var width = 1.0
  public var divisor = 1
  public var classes = 1000

  /// Blocks of each stage and the stride of the first.
  static let stages = [(n: 1, s: 1), (n: 2, s: 2), (n: 2, s: 2), (n: 3, s: 2), (n: 3, s: 1), (n: 5, s: 2)]

  /// Widths grow by equal steps from block to block, from 16 to 180 more.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    let strides = Self.stages.flatMap { n, s in [s] + Array(repeating: 1, count: n - 1) }
    let (first, step) = (max(16, 16 * width), 180 * width / Double(strides.count))
    let features = image.scoped("stem", ConvBN(rounded(max(32, 32 * width)), 3, stride: 2, .silu)).through("features") {
      for (i, stride) in strides.enumerated() {
        Bottleneck(
          out: rounded(first + step * Double(i)), stride: stride, expands: i > 0, isExcited: i > 2, divisor: divisor
        ).asFeature()
      }
      ConvBN(roundedChannels(1280 * width, divisor: divisor), 1, .silu)
    }
    return DropoutLayer(0.2)(features.globalAveragePooled.flattened).scoped("head") { $0.classified("fc", classes) }
  }

  private func rounded(_ channels: Double) -> Int {
    roundedChannels(channels.rounded(.toNearestOrEven), divisor: divisor)
  }

  /// An inverted residual whose shortcut also joins fewer channels to more (MobileNetV2's, with SiLU first).
  ///
  /// Names: timm's `conv_exp`, `conv_dw`, `se`, `conv_pwl`.
  struct Bottleneck: Layer {
    let out: Int
    let stride: Int
    let expands: Bool
    let isExcited: Bool
    let divisor: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      var y = x
      if expands {
        y = y.scoped("conv_exp", ConvBN(roundedChannels(Double(6 * x.channels), divisor: divisor), 1, .silu))
      }
      y = y.scoped("conv_dw", ConvBN(Depthwise(3, stride: stride), .none))
      if isExcited { y = y.scoped("se", Excitation(divisor: divisor)) }
      y = y.relu6.scoped("conv_pwl", ConvBN(out, 1, .none))
      if stride > 1 || x.channels > out { return y }
      if x.channels == out { return y + x }
      return concat(y[channels: 0..<x.channels] + x, y[channels: x.channels..<out])
    }
  }

  /// Squeeze-and-excitation to a twelfth, normalised there.
  struct Excitation: Layer {
    let divisor: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let squeezed = roundedChannels((Double(x.channels) * (1.0 / 12)).rounded(.down), divisor: divisor)
      let y = x.globalAveragePooled.scoped("fc1", Conv2D(squeezed, 1, bias: true)).scoped("bn", BatchNorm()).relu
      return x * y.scoped("fc2", Conv2D(x.channels, 1, bias: true)).sigmoid
    }
  }
}
