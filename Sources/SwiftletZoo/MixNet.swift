public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let mixNet = Family(
    "MixNet", year: 2019, paper: "MixConv: Mixed Depthwise Convolutional Kernels, Tan and Le, BMVC 2019",
    url: "https://arxiv.org/abs/1907.09595", reference: "timm mixnet_*, tf_mixnet_*", licence: "Apache-2.0",
    idea: """
      One depthwise convolution mixes kernels of several sizes: the channels are split into groups, and each group is \
      filtered at a scale of its own. Small kernels keep detail, large ones see more.
      """,
    block: .init("mixnet_s", "blocks.2.0"),
    models: [
      Model(timm: "mixnet_s", top1: (76.000, "ft_in1k")) { MixNet(.s, classes: $0) },
      Model(timm: "mixnet_m", top1: (77.268, "ft_in1k")) { MixNet(.m, classes: $0) },
      Model(timm: "mixnet_l", top1: (78.970, "ft_in1k")) { MixNet(.m, Scaling(width: 1.3), classes: $0) },
      Model(timm: "mixnet_xl", top1: (80.494, "ra_in1k")) {
        MixNet(.m, Scaling(width: 1.6, depth: 1.2, rounding: .toNearestOrEven), classes: $0)
      },
      Model(timm: "mixnet_xxl") {
        MixNet(.m, Scaling(width: 2.4, depth: 1.3, rounding: .toNearestOrEven), classes: $0)
      },
      Model(timm: "tf_mixnet_s", top1: (75.656, "in1k")) { MixNet(.s, style: .tensorFlow(.relu), classes: $0) },
      Model(timm: "tf_mixnet_m", top1: (76.952, "in1k")) { MixNet(.m, style: .tensorFlow(.relu), classes: $0) },
      Model(timm: "tf_mixnet_l", top1: (78.774, "in1k")) {
        MixNet(.m, Scaling(width: 1.3), style: .tensorFlow(.relu), classes: $0)
      },
    ])
}

/// MixConv: Mixed Depthwise Convolutional Kernels.
///
/// Tan and Le, BMVC 2019, https://arxiv.org/abs/1907.09595. Names: timm `mixnet_*`.
public struct MixNet: Layer {
  /// Kernels of the filter, groups of the expansion a and of the projection p, expansion t, channels c, squeeze to a share
  /// of the block's input se, activation, repeats n, stride s of the first.
  typealias Line = (k: [Int], a: Int, p: Int, t: Double, c: Int, se: Double, nl: Activation, n: Int, s: Int)

  var architecture: Architecture
  var scaling: Scaling
  var style: Style
  var classes: Int

  public init(
    _ architecture: Architecture, _ scaling: Scaling = Scaling(), style: Style = Style(.relu), classes: Int = 1000
  ) {
    (self.architecture, self.scaling, self.style, self.classes) = (architecture, scaling, style, classes)
  }

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stages = architecture.stages.map { lines in
      lines.map { line in Repeated(line.n, stride: line.s) { block(line, stride: $0) } }
    }
    return StagedNetwork(
      stem: scaling.channels(architecture.stem), stages: scaling.blocks(stages), head: .convolution(1536), style: style,
      classes: classes)(image)
  }

  private func block(_ line: Line, stride: Int) -> any Layer {
    let (out, style) = (scaling.channels(line.c), style.with(line.nl))
    if line.t == 1 { return DepthwiseSeparable(out, kernel: line.k[0], stride: stride, style: style) }
    return MixedResidual(line: line, out: out, stride: stride, style: style)
  }
}

/// An inverted residual whose convolutions divide their channels: the filter by kernel sizes (figure 1b), the pointwise ones
/// by groups. Names: those of `InvertedResidual`, each part of a divided convolution with its number.
struct MixedResidual: Layer {
  let line: MixNet.Line
  let out: Int
  let stride: Int
  let style: Style

  func callAsFunction(_ x: Tensor) -> Tensor {
    let expanded = roundedChannels(Double(x.channels) * line.t)
    let squeeze = SqueezeExcite(line.se / line.t, style.activation)
    var y = divided(x, "conv_pw", line.a) { style.conv(Self.share(expanded, $0, line.a), 1) }
    y = divided(y.scoped("bn1", style.normActivation), "conv_dw", line.k.count) {
      style.depthwise(line.k[$0], stride: stride)
    }
    y = y.scoped("bn2", style.normActivation)
    if line.se > 0 { y = y.scoped("se", squeeze) }
    y = divided(y, "conv_pwl", line.p) { style.conv(Self.share(out, $0, line.p), 1) }.scoped("bn3", style.norm)
    return stride == 1 && x.channels == out ? y + x : y
  }

  /// The `i`-th of `count` convolutions on its share of the channels.
  private func divided(_ x: Tensor, _ name: String, _ count: Int, _ convolution: (_ i: Int) -> Conv2D) -> Tensor {
    if count == 1 { return x.scoped(name, convolution(0)) }
    var start = 0
    return concat(
      (0..<count).map { i in
        let end = start + Self.share(x.channels, i, count)
        defer { start = end }
        return x[channels: start..<end].scoped("\(name).\(i)", convolution(i))
      })
  }

  /// Equal shares; the first takes what remains.
  private static func share(_ channels: Int, _ i: Int, _ count: Int) -> Int {
    channels / count + (i == 0 ? channels % count : 0)
  }
}
