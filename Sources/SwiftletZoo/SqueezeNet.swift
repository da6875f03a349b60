public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let squeezeNet = Family(
    "SqueezeNet", year: 2016,
    paper: "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size, Iandola et al., 2016",
    url: "https://arxiv.org/abs/1602.07360", reference: "torchvision squeezenet1_0", licence: "BSD-3-Clause",
    idea: """
      The fire module: few 1×1 filters squeeze the channels, then 1×1 and 3×3 filters side by side expand them again, \
      so that the 3×3 filters see few channels. AlexNet's accuracy at a fiftieth of its weights.
      """,
    block: .init("squeezenet1_1", "features.3"),
    models: [
      ("squeezenet1_0", SqueezeNet.Version.v1_0, 58.092),
      ("squeezenet1_1", SqueezeNet.Version.v1_1, 58.178),
    ].map { name, version, top1 in
      Model(
        name, Preprocessing(interpolation: .bilinear), top1: top1, top1Source: "torchvision 0.29, weights IMAGENET1K_V1"
      ) { SqueezeNet(version: version, classes: $0) }
    })
}

/// SqueezeNet: AlexNet-level accuracy with 50x fewer parameters.
///
/// Iandola et al., 2016, https://arxiv.org/abs/1602.07360. Names: torchvision `squeezenet1_0`. No padding around the
/// classifier's convolution, which the authors' Caffe model has.
public struct SqueezeNet: Layer {
  public enum Version: Sendable { case v1_0, v1_1 }
  public var version = Version.v1_1
  public var classes = 1000

  /// Table 1, by groups between the pools: channels of the squeeze, and of each of the two expansions. 1.1 is the authors'
  /// later release, which pools earlier.
  static let table: [Version: [[(squeeze: Int, expand: Int)]]] = [
    .v1_0: [[(16, 64), (16, 64), (32, 128)], [(32, 128), (48, 192), (48, 192), (64, 256)], [(64, 256)]],
    .v1_1: [[(16, 64), (16, 64)], [(32, 128), (32, 128)], [(48, 192), (48, 192), (64, 256), (64, 256)]],
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let features = image.through("features") {
      switch version {
      case .v1_0: Conv2D(96, 7, stride: 2, padding: .valid, bias: true)
      case .v1_1: Conv2D(64, 3, stride: 2, padding: .valid, bias: true)
      }
      Activation.relu.asFeature()
      for group in Self.table[version]! {
        MaxPool2D(3, stride: 2, ceilMode: true)
        for (squeeze, expand) in group { Fire(squeeze: squeeze, expand: expand).asFeature() }
      }
    }
    if classes == 0 { return features.globalAveragePooled.flattened }
    let scores = features.through("classifier") {
      DropoutLayer(0.5)
      Conv2D(classes, 1, bias: true)
      Activation.relu
    }
    return scores.globalAveragePooled.flattened
  }

  /// Few 1×1 filters, then 1×1 and 3×3 ones side by side (figure 1).
  struct Fire: Layer {
    let squeeze: Int
    let expand: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let squeezed = x.scoped("squeeze", Conv2D(squeeze, 1, bias: true)).relu
      return concat(
        squeezed.scoped("expand1x1", Conv2D(expand, 1, bias: true)).relu,
        squeezed.scoped("expand3x3", Conv2D(expand, 3, bias: true)).relu)
    }
  }
}
