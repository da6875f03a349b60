public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let mobileNetV2 = Family(
    "MobileNetV2", year: 2018,
    paper: "MobileNetV2: Inverted Residuals and Linear Bottlenecks, Sandler et al., CVPR 2018",
    url: "https://arxiv.org/abs/1801.04381", reference: "timm mobilenetv2_*, torchvision mobilenet_v2",
    licence: "Apache-2.0, BSD-3-Clause",
    idea: """
      The inverted residual: a thin input is expanded by a 1×1 convolution, filtered depthwise, and projected back \
      without activation, since ReLU would destroy what a thin map holds. The shortcut joins the thin ends.
      """,
    block: .init("mobilenetv2_100", "blocks.1.1"),
    models: [
      Model(timm: "mobilenetv2_035") { MobileNetV2(Scaling(width: 0.35), classes: $0) },
      Model(timm: "mobilenetv2_050", top1: (65.928, "lamb_in1k")) { MobileNetV2(Scaling(width: 0.5), classes: $0) },
      Model(timm: "mobilenetv2_075") { MobileNetV2(Scaling(width: 0.75), classes: $0) },
      Model(timm: "mobilenetv2_100", top1: (72.910, "ra_in1k")) { MobileNetV2(classes: $0) },
      Model(timm: "mobilenetv2_140", top1: (76.528, "ra_in1k")) { MobileNetV2(Scaling(width: 1.4), classes: $0) },
      Model(timm: "mobilenetv2_110d", top1: (75.056, "ra_in1k")) {
        MobileNetV2(Scaling(width: 1.1, depth: 1.2, keepsEnds: true), classes: $0)
      },
      Model(timm: "mobilenetv2_120d", top1: (77.300, "ra_in1k")) {
        MobileNetV2(Scaling(width: 1.2, depth: 1.4, keepsEnds: true), classes: $0)
      },
      Model(
        "torchvision.mobilenet_v2", .square(224, .bilinear), top1: 71.878,
        top1Source: "torchvision MobileNet_V2_Weights.IMAGENET1K_V1", classifier: "classifier.1."
      ) { TorchvisionMobileNetV2(classes: $0) },
    ])
}

/// MobileNetV2: Inverted Residuals and Linear Bottlenecks.
///
/// Sandler et al., CVPR 2018, https://arxiv.org/abs/1801.04381. Names: timm `mobilenetv2_*`.
public struct MobileNetV2: Layer {
  var scaling: Scaling
  var classes: Int

  /// - Parameter scaling: where it keeps the ends, the stem and the head keep their widths too.
  public init(_ scaling: Scaling = Scaling(), classes: Int = 1000) { (self.scaling, self.classes) = (scaling, classes) }

  /// Table 2: expansion t, channels c, repeats n, stride s of the first.
  static let table = [
    (t: 1, c: 16, n: 1, s: 1),
    (t: 6, c: 24, n: 2, s: 2),
    (t: 6, c: 32, n: 3, s: 2),
    (t: 6, c: 64, n: 4, s: 2),
    (t: 6, c: 96, n: 3, s: 1),
    (t: 6, c: 160, n: 3, s: 2),
    (t: 6, c: 320, n: 1, s: 1),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let style = Style(.relu6)
    let stages = Self.table.map { t, c, n, s in
      [
        Repeated(n, stride: s) {
          MBConv(scaling.channels(c), kernel: 3, stride: $0, expansion: Double(t), style: style)
        }
      ]
    }
    let (stem, head) = scaling.keepsEnds ? (32, 1280) : (scaling.channels(32), max(1280, scaling.channels(1280)))
    return StagedNetwork(
      stem: stem, stages: scaling.blocks(stages), head: .convolution(head), style: style, classes: classes)(image)
  }
}

/// MobileNetV2 under the names of torchvision's `mobilenet_v2`.
public struct TorchvisionMobileNetV2: Layer {
  var classes: Int
  public init(classes: Int = 1000) { self.classes = classes }

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let features = image.through("features") {
      ConvNormActivation(32, 3, stride: 2, .relu6)
      for (t, c, n, s) in MobileNetV2.table {
        for i in 0..<n { Block(out: c, stride: i == 0 ? s : 1, expansion: t).asFeature() }
      }
      ConvNormActivation(1280, 1, .relu6)
    }
    let pooled = features.globalAveragePooled.flattened
    return pooled.scoped("classifier") { DropoutLayer(0.2)($0).classified("1", classes) }
  }

  struct Block: Layer {
    let out: Int
    let stride: Int
    let expansion: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let y = x.through("conv") {
        if expansion > 1 { ConvNormActivation(x.channels * expansion, 1, .relu6) }
        ConvNormActivation(depthwise: 3, stride: stride, .relu6)
        Conv2D(out, 1)
        BatchNorm()
      }
      return stride == 1 && x.channels == out ? x + y : y
    }
  }
}
