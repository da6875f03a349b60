public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let efficientNetCondConv = Family(
    "EfficientNet-CondConv", year: 2019,
    paper: "CondConv: Conditionally Parameterized Convolutions for Efficient Inference, Yang et al., NeurIPS 2019",
    url: "https://arxiv.org/abs/1904.04971", reference: "timm efficientnet_cc_*, tf_efficientnet_cc_*",
    licence: "Apache-2.0",
    idea: """
      Each convolution of the later blocks has several kernels, the experts; a routing by the mean of the input mixes \
      them to one kernel for each image, so capacity grows and the cost hardly.
      """,
    block: .init("efficientnet_cc_b0_4e", "blocks.4.1"),
    models: [
      Model(timm: "efficientnet_cc_b0_4e") { EfficientNetCondConv(experts: 4, classes: $0) },
      Model(timm: "efficientnet_cc_b0_8e") { EfficientNetCondConv(experts: 8, classes: $0) },
      Model(timm: "efficientnet_cc_b1_8e", .square(240, crop: 0.882)) {
        EfficientNetCondConv(EfficientNet.b[1], experts: 8, classes: $0)
      },
      Model(timm: "tf_efficientnet_cc_b0_4e", .square(224, half: true), top1: (77.324, "in1k")) {
        EfficientNetCondConv(experts: 4, style: .tensorFlow(.silu), classes: $0)
      },
      Model(timm: "tf_efficientnet_cc_b0_8e", .square(224, half: true), top1: (77.956, "in1k")) {
        EfficientNetCondConv(experts: 8, style: .tensorFlow(.silu), classes: $0)
      },
      Model(timm: "tf_efficientnet_cc_b1_8e", .square(240, crop: 0.882, half: true), top1: (79.318, "in1k")) {
        EfficientNetCondConv(EfficientNet.b[1], experts: 8, style: .tensorFlow(.silu), classes: $0)
      },
    ])
}

/// EfficientNet whose last three stages mix their kernels anew for each image.
///
/// Yang et al., CondConv, NeurIPS 2019, https://arxiv.org/abs/1904.04971. Names: timm `efficientnet_cc_*`.
public struct EfficientNetCondConv: Layer {
  var scaling: Scaling
  var experts: Int
  var style: Style
  var classes: Int

  /// - Parameter experts: kernels that each convolution mixes.
  public init(_ scaling: Scaling = Scaling(), experts: Int, style: Style = Style(.silu), classes: Int = 1000) {
    (self.scaling, self.experts, self.style, self.classes) = (scaling, experts, style, classes)
  }

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stages = EfficientNet.table.enumerated().map { i, line in
      [Repeated(line.n, stride: line.s) { block(line.t, line.k, line.c, stride: $0, mixes: i >= 4) }]
    }
    return StagedNetwork(
      stem: scaling.channels(32), stages: scaling.blocks(stages), head: .convolution(scaling.channels(1280)),
      style: style, classes: classes)(image)
  }

  private func block(_ t: Double, _ k: Int, _ c: Int, stride: Int, mixes: Bool) -> any Layer {
    let (out, squeeze) = (scaling.channels(c), SqueezeExcite(0.25 / t, style.activation))
    if mixes {
      return ConditionalResidual(
        out: out, kernel: k, stride: stride, expansion: t, squeeze: squeeze, experts: experts, style: style)
    }
    return MBConv(out, kernel: k, stride: stride, expansion: t, squeeze: squeeze, style: style)
  }
}

/// An inverted residual whose three convolutions mix the kernels of experts as the block's input tells (figure 1).
///
/// Names: those of `InvertedResidual`, then timm's `routing_fn`.
struct ConditionalResidual: Layer {
  let out: Int
  let kernel: Int
  let stride: Int
  let expansion: Double
  let squeeze: SqueezeExcite
  let experts: Int
  let style: Style

  func callAsFunction(_ x: Tensor) -> Tensor {
    let expanded = roundedChannels(Double(x.channels) * expansion)
    declare(x, expanded)
    let routing = x.globalAveragePooled.flattened.scoped("routing_fn", Linear(experts)).sigmoid
    func mixed(_ x: Tensor, _ name: String, _ out: Int, _ kernel: Int, stride: Int = 1, groups: Int = 1) -> Tensor {
      let (sizes, strides) = ([kernel, kernel], [stride, stride])
      let window = Window(sizes, strides: strides, pads: style.padding.pads(x, kernel: sizes, strides: strides))
      let shape: Shape = [experts, out, x.channels / groups, kernel, kernel]
      let bank = x.scoped(name) { $0.parameter("weight", [experts, shape.elementCount / experts]).reshaped(shape) }
      return x.apply(DynamicConv(window, group: groups), bank, routing)
    }
    var y = mixed(x, "conv_pw", expanded, 1).scoped("bn1", style.normActivation)
    y = mixed(y, "conv_dw", expanded, kernel, stride: stride, groups: expanded).scoped("bn2", style.normActivation)
    y = mixed(y.scoped("se", squeeze), "conv_pwl", out, 1).scoped("bn3", style.norm)
    return stride == 1 && x.channels == out ? y + x : y
  }

  /// The routing comes first, its parameters come last: all others are listed before.
  private func declare(_ x: Tensor, _ expanded: Int) {
    let squeezed = squeeze.rounding(Double(expanded) * squeeze.ratio)
    func norm(_ name: String, _ channels: Int) {
      x.declare([
        ("\(name).weight", [channels], false), ("\(name).bias", [channels], false),
        ("\(name).running_mean", [channels], true), ("\(name).running_var", [channels], true),
      ])
    }
    x.declare([("conv_pw.weight", [experts, expanded * x.channels], false)])
    norm("bn1", expanded)
    x.declare([("conv_dw.weight", [experts, expanded * kernel * kernel], false)])
    norm("bn2", expanded)
    x.declare([
      ("se.conv_reduce.weight", [squeezed, expanded, 1, 1], false), ("se.conv_reduce.bias", [squeezed], false),
      ("se.conv_expand.weight", [expanded, squeezed, 1, 1], false), ("se.conv_expand.bias", [expanded], false),
      ("conv_pwl.weight", [experts, out * expanded], false),
    ])
    norm("bn3", out)
  }
}
