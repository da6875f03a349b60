public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let vgg = Family(
    "VGG", year: 2015,
    paper: "Very Deep Convolutional Networks for Large-Scale Image Recognition, Simonyan and Zisserman, ICLR 2015",
    url: "https://arxiv.org/abs/1409.1556", reference: "timm vgg16_bn and torchvision vgg16",
    licence: "Apache-2.0 (timm), BSD-3-Clause (torchvision)",
    idea: """
      Only 3×3 filters, stacked: two in a row see 5×5 pixels and three see 7×7, with fewer weights and more \
      non-linearities than one large filter. A pool halves the map where the channels double.
      """,
    block: .init("torchvision.vgg16", "features.5", through: "features.9"),
    dialects: [VGG.torchvision, TorchvisionVGG.timm],
    models: VGG.table.flatMap { row in
      [
        Model(
          row.name, Preprocessing(interpolation: .bilinear), top1: row.timm,
          top1Source: "timm results-imagenet.csv, tv_in1k", classifier: "head.fc."
        ) { VGG(features: VGGFeatures(stages: row.stages, normalized: row.normalized), classes: $0) },
        Model(
          "torchvision.\(row.name)", Preprocessing(interpolation: .bilinear), top1: row.torchvision,
          top1Source: "torchvision 0.29, weights IMAGENET1K_V1", classifier: "classifier.6."
        ) { TorchvisionVGG(features: VGGFeatures(stages: row.stages, normalized: row.normalized), classes: $0) },
      ]
    })
}

extension VGG {
  /// Table 1: channels of the convolutions before each pool, without and with batch normalisation.
  static let table: [(name: String, stages: [[Int]], normalized: Bool, timm: Double, torchvision: Double)] = [
    ("vgg11", stagesA, false, 69.05, 69.02), ("vgg11_bn", stagesA, true, 70.374, 70.37),
    ("vgg13", stagesB, false, 69.95, 69.928), ("vgg13_bn", stagesB, true, 71.56, 71.586),
    ("vgg16", stagesD, false, 71.594, 71.592), ("vgg16_bn", stagesD, true, 73.354, 73.36),
    ("vgg19", stagesE, false, 72.4, 72.376), ("vgg19_bn", stagesE, true, 74.23, 74.218),
  ]
  static let stagesA = [[64], [128], [256, 256], [512, 512], [512, 512]]
  static let stagesB = [[64, 64], [128, 128], [256, 256], [512, 512], [512, 512]]
  static let stagesD = [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]]
  static let stagesE = [
    [64, 64], [128, 128], [256, 256, 256, 256], [512, 512, 512, 512], [512, 512, 512, 512],
  ]
}

/// The convolutions of VGG: 3×3 only, a pool after each stage.
public struct VGGFeatures: Layer {
  public var stages: [[Int]]
  /// Batch normalisation behind each convolution, which the paper does not have.
  public var normalized: Bool

  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.through("features") {
      for stage in stages {
        for channels in stage {
          Conv2D(channels, 3, bias: true)
          if normalized { BatchNorm() }
          Activation.relu.asFeature()
        }
        MaxPool2D(2, stride: 2).asFeature()
      }
    }
  }
}

/// VGG: Very Deep Convolutional Networks for Large-Scale Image Recognition.
///
/// Simonyan and Zisserman, ICLR 2015, https://arxiv.org/abs/1409.1556. Names: timm `vgg16_bn`: the fully connected layers are
/// convolutions, applied at every position of a larger map (§3.2).
public struct VGG: Layer {
  public var features: VGGFeatures
  public var classes = 1000

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let x = features(image)
    let hidden = x.adaptiveAveragePooled(max(7, x.height), max(7, x.width)).scoped("pre_logits") { x in
      x.scoped("fc1", Conv2D(4096, 7, padding: .valid, bias: true)).relu
        .scoped("fc2", Conv2D(4096, 1, bias: true)).relu
    }
    return hidden.globalAveragePooled.flattened.scoped("head") { $0.classified("fc", classes) }
  }

  static let torchvision = Dialect(
    "torchvision", ["pre_logits.fc1": "classifier.0", "pre_logits.fc2": "classifier.3", "head.fc": "classifier.6"])
}

/// VGG with torchvision's names and head: three linear layers on a map of 7×7.
public struct TorchvisionVGG: Layer {
  public var features: VGGFeatures
  public var classes = 1000

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let x = features(image).adaptiveAveragePooled(7, 7).flattened
    let hidden = x.through("classifier") {
      for _ in 0..<2 {
        Linear(4096)
        Activation.relu
        DropoutLayer(0.5)
      }
    }
    return hidden.scoped("classifier") { $0.classified("6", classes) }
  }

  static let timm = Dialect(
    "timm", ["classifier.0": "pre_logits.fc1", "classifier.3": "pre_logits.fc2", "classifier.6": "head.fc"])
}
