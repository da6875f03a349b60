public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let xception = Family(
    "Xception", year: 2017,
    paper: "Xception: Deep Learning with Depthwise Separable Convolutions, Chollet, CVPR 2017",
    url: "https://arxiv.org/abs/1610.02357", reference: "timm legacy_xception", licence: "Apache-2.0",
    idea: """
      Inception taken to its end: every channel is filtered by itself, a 1×1 convolution mixes the channels, and \
      shortcuts pass by modules of such separable convolutions.
      """,
    block: .init("legacy_xception", "block5"),
    models: [
      Model(
        "legacy_xception",
        Preprocessing(
          height: 299, width: 299, cropFraction: 0.8975, mean: Preprocessing.half, std: Preprocessing.half),
        top1: 79.058, top1Source: "timm results-imagenet.csv, tf_in1k", classifier: "fc."
      ) { Xception(classes: $0) }
    ])
}

/// Xception: Deep Learning with Depthwise Separable Convolutions.
///
/// Chollet, CVPR 2017, https://arxiv.org/abs/1610.02357. Names: timm `legacy_xception`.
public struct Xception: Layer {
  public var classes = 1000

  /// Figure 5: the channels of each separable convolution, the stride, whether a ReLU comes first.
  static let table: [(channels: [Int], stride: Int, startsWithReLU: Bool)] =
    [([128, 128], 2, false), ([256, 256], 2, true), ([728, 728], 2, true)]
    + [([Int], Int, Bool)](repeating: ([728, 728, 728], 1, true), count: 8)
    + [([728, 1024], 2, true)]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("conv1", Conv2D(32, 3, stride: 2, padding: .valid)).scoped("bn1", BatchNorm()).relu
    x = x.scoped("conv2", Conv2D(64, 3, padding: .valid)).scoped("bn2", BatchNorm()).relu.asFeature()
    for (i, (channels, stride, startsWithReLU)) in zip(1..., Self.table) {
      x = x.scoped("block\(i)", Block(channels: channels, stride: stride, startsWithReLU: startsWithReLU))
    }
    x = x.scoped("conv3", SeparableConvolution(out: 1536)).scoped("bn3", BatchNorm()).relu
    x = x.scoped("conv4", SeparableConvolution(out: 2048)).scoped("bn4", BatchNorm()).relu.asFeature()
    return x.globalAveragePooled.flattened.classified("fc", classes)
  }

  /// Separable convolutions beside a shortcut (figure 5).
  struct Block: Layer {
    let channels: [Int]
    let stride: Int
    let startsWithReLU: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      let skip = shortcut(x)
      let y = x.through("rep") {
        for (i, out) in channels.enumerated() {
          if i == 0 && startsWithReLU { Activation.relu.asFeature() }
          if i > 0 { Activation.relu }
          SeparableConvolution(out: out)
          BatchNorm()
        }
        if stride > 1 { MaxPool2D(3, stride: stride, padding: .same) }
      }
      return y + skip
    }

    func shortcut(_ x: Tensor) -> Tensor {
      let out = channels[channels.count - 1]
      if stride == 1 && x.channels == out { return x }
      return x.scoped("skip", Conv2D(out, 1, stride: stride)).scoped("skipbn", BatchNorm())
    }
  }

  /// A 3×3 filter for each channel, then a 1×1 convolution, nothing between.
  struct SeparableConvolution: Layer {
    let out: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      x.scoped("conv1", Depthwise(3)).scoped("pointwise", Conv2D(out, 1))
    }
  }
}
