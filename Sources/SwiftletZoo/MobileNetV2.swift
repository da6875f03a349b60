public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let mobileNetV2 = Family(
    "MobileNetV2", year: 2018,
    paper: "MobileNetV2: Inverted Residuals and Linear Bottlenecks, Sandler et al., CVPR 2018",
    url: "https://arxiv.org/abs/1801.04381", reference: "torchvision mobilenet_v2", licence: "BSD-3-Clause",
    models: [
      Model("torchvision.mobilenet_v2", Preprocessing(interpolation: .bilinear)) {
        TorchvisionMobileNetV2(classes: $0)
      }
    ])
}

/// MobileNetV2: Inverted Residuals and Linear Bottlenecks.
///
/// Sandler et al., CVPR 2018, https://arxiv.org/abs/1801.04381. Names: torchvision `mobilenet_v2`.
public struct TorchvisionMobileNetV2: Layer {
  public var width = 1.0
  public var classes = 1000

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
    let features = image.through("features") {
      ConvNormActivation(roundedChannels(32 * width), 3, stride: 2, .relu6)
      for (t, c, n, s) in Self.table {
        for i in 0..<n {
          InvertedResidual(out: roundedChannels(Double(c) * width), stride: i == 0 ? s : 1, expansion: t)
        }
      }
      ConvNormActivation(roundedChannels(1280 * max(1, width)), 1, .relu6)
    }
    let pooled = features.globalAveragePooled.flattened
    return pooled.scoped("classifier") { DropoutLayer(0.2)($0).classified("1", classes) }
  }

  /// Expand, filter depthwise, project; the shortcut joins the thin ends (figure 4d).
  struct InvertedResidual: Layer {
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
      return x.shape == y.shape ? x + y : y
    }
  }
}
