public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let googLeNet = Family(
    "GoogLeNet", year: 2015, paper: "Going Deeper with Convolutions, Szegedy et al., CVPR 2015",
    url: "https://arxiv.org/abs/1409.4842", reference: "torchvision googlenet", licence: "BSD-3-Clause",
    idea: """
      Inception: filters of 1×1, 3×3 and a pool look at the same map side by side, and what they find is concatenated. \
      1×1 convolutions thin the input of the large filters. This is torchvision's version: with batch normalisation, \
      and a 3×3 filter where the paper has 5×5.
      """,
    block: .init("googlenet", "inception3a"),
    models: [
      // torchvision normalises by ImageNet's statistics and its weights undo that ("transform_input"): −1…1 remains.
      Model(
        "googlenet",
        Preprocessing(interpolation: .bilinear, mean: Preprocessing.half, std: Preprocessing.half),
        top1: 69.778, top1Source: "torchvision 0.29, weights IMAGENET1K_V1", classifier: "fc.",
        auxiliaryClassifiers: ["aux1.fc2.", "aux2.fc2."]
      ) { GoogLeNet(classes: $0) }
    ])
}

/// GoogLeNet: Going Deeper with Convolutions.
///
/// Szegedy et al., CVPR 2015, https://arxiv.org/abs/1409.4842. Names: torchvision `googlenet`, which differs from the paper:
/// batch normalisation (ε = 0.001), 3×3 filters where the paper has 5×5, no local response normalisation.
public struct GoogLeNet: Layer {
  public var classes = 1000

  typealias Row = (name: String, c1: Int, reduce3: Int, c3: Int, reduce5: Int, c5: Int, pooled: Int)

  /// Table 1, by groups between the pools: 1×1; before 3×3, 3×3; before 5×5, 5×5; behind the pool.
  static let table: [[Row]] = [
    [("3a", 64, 96, 128, 16, 32, 32), ("3b", 128, 128, 192, 32, 96, 64)],
    [
      ("4a", 192, 96, 208, 16, 48, 64), ("4b", 160, 112, 224, 24, 64, 64), ("4c", 128, 128, 256, 24, 64, 64),
      ("4d", 112, 144, 288, 32, 64, 64), ("4e", 256, 160, 320, 32, 128, 128),
    ],
    [("5a", 256, 160, 320, 32, 128, 128), ("5b", 384, 192, 384, 48, 128, 128)],
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("conv1", Self.convolution(64, 7, stride: 2)).asFeature()
    x = x.maxPooled(3, stride: 2, ceilMode: true)
    x = x.scoped("conv2", Self.convolution(64, 1)).scoped("conv3", Self.convolution(192, 3)).asFeature()
    var maps: [String: Tensor] = [:]
    for (i, group) in Self.table.enumerated() {
      x = x.maxPooled(i == 2 ? 2 : 3, stride: 2, ceilMode: true)
      for row in group {
        x = x.scoped("inception\(row.name)", Inception(row: row)).asFeature()
        maps[row.name] = x
      }
    }
    for (name, source) in [("aux1", "4a"), ("aux2", "4d")] {
      _ = maps[source]!.scoped(name, Auxiliary(classes: classes))
    }
    return DropoutLayer(0.2)(x.globalAveragePooled.flattened).classified("fc", classes)
  }

  static func convolution(_ out: Int, _ kernel: Int, stride: Int = 1) -> ConvBN {
    ConvBN(out, kernel, stride: stride, epsilon: 1e-3)
  }

  /// Filters of three sizes and a pool side by side, thinned by 1×1 filters (figure 2b).
  struct Inception: Layer {
    let row: Row

    func callAsFunction(_ x: Tensor) -> Tensor {
      concat(
        x.scoped("branch1", convolution(row.c1, 1)),
        x.through("branch2") {
          convolution(row.reduce3, 1)
          convolution(row.c3, 3)
        },
        x.through("branch3") {
          convolution(row.reduce5, 1)
          convolution(row.c5, 3)
        },
        x.through("branch4") {
          MaxPool2D(3, stride: 1, padding: .same)
          convolution(row.pooled, 1)
        })
    }
  }

  /// The classifier half way that helps training (§5); inference does not run it, its weights belong to the network.
  struct Auxiliary: Layer {
    let classes: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let pooled = x.adaptiveAveragePooled(4, 4).scoped("conv", convolution(128, 1)).flattened
      return DropoutLayer(0.7)(pooled.scoped("fc1", Linear(1024)).relu).classified("fc2", classes)
    }
  }
}
