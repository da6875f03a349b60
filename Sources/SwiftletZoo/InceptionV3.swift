public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let inceptionV3 = Family(
    "Inception V3", year: 2016,
    paper: "Rethinking the Inception Architecture for Computer Vision, Szegedy et al., CVPR 2016",
    url: "https://arxiv.org/abs/1512.00567", reference: "torchvision inception_v3", licence: "BSD-3-Clause",
    idea: """
      Filters are factorised: 5×5 into two 3×3, n×n into 1×n and n×1. Maps are halved by strided filters and a pool \
      side by side, so that nothing is lost at once.
      """,
    block: .init("inception_v3", "Mixed_6b"),
    models: [
      // torchvision normalises by ImageNet's statistics and its weights undo that ("transform_input"): −1…1 remains.
      Model(
        "inception_v3",
        Preprocessing(
          height: 299, width: 299, interpolation: .bilinear, cropFraction: 299.0 / 342, mean: Preprocessing.half,
          std: Preprocessing.half),
        top1: 77.294, top1Source: "torchvision 0.29, weights IMAGENET1K_V1", classifier: "fc.",
        auxiliaryClassifiers: ["AuxLogits.fc."]
      ) { InceptionV3(classes: $0) }
    ])
}

/// Inception V3: Rethinking the Inception Architecture for Computer Vision.
///
/// Szegedy et al., CVPR 2016, https://arxiv.org/abs/1512.00567, table 1. Names: torchvision `inception_v3`.
public struct InceptionV3: Layer {
  public var classes = 1000

  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.filtered("Conv2d_1a_3x3", 32, 3, stride: 2, padding: .valid)
      .filtered("Conv2d_2a_3x3", 32, 3, padding: .valid).filtered("Conv2d_2b_3x3", 64, 3).asFeature()
      .maxPooled(3, stride: 2).filtered("Conv2d_3b_1x1", 80, 1).filtered("Conv2d_4a_3x3", 192, 3, padding: .valid)
      .asFeature()
      .maxPooled(3, stride: 2)
    for (name, pooled) in [("5b", 32), ("5c", 64), ("5d", 64)] { x = x.scoped("Mixed_\(name)", Narrow(pooled: pooled)) }
    x = x.asFeature().scoped("Mixed_6a", ReductionA())
    for (name, inner) in [("6b", 128), ("6c", 160), ("6d", 160), ("6e", 192)] {
      x = x.scoped("Mixed_\(name)", Factorized(inner: inner))
    }
    _ = x.scoped("AuxLogits", Auxiliary(classes: classes))
    x = x.asFeature().scoped("Mixed_7a", ReductionB())
    for name in ["7b", "7c"] { x = x.scoped("Mixed_\(name)", Expanded()).asFeature() }
    return DropoutLayer(0.5)(x.globalAveragePooled.flattened).classified("fc", classes)
  }

  /// Two 3×3 filters stand for one 5×5 (figure 5).
  struct Narrow: Layer {
    let pooled: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      concat(
        x.filtered("branch1x1", 64, 1),
        x.filtered("branch5x5_1", 48, 1).filtered("branch5x5_2", 64, 5),
        x.filtered("branch3x3dbl_1", 64, 1).filtered("branch3x3dbl_2", 96, 3).filtered("branch3x3dbl_3", 96, 3),
        x.averagePooled(3, stride: 1, padding: 1).filtered("branch_pool", pooled, 1))
    }
  }

  /// Filters and a pool of stride 2 side by side (figure 10).
  struct ReductionA: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      concat(
        x.filtered("branch3x3", 384, 3, stride: 2, padding: .valid),
        x.filtered("branch3x3dbl_1", 64, 1).filtered("branch3x3dbl_2", 96, 3)
          .filtered("branch3x3dbl_3", 96, 3, stride: 2, padding: .valid),
        x.maxPooled(3, stride: 2))
    }
  }

  /// 7×7 filters as rows and columns (figure 6).
  struct Factorized: Layer {
    let inner: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let direct = x.filtered("branch1x1", 192, 1)
      let single = x.filtered("branch7x7_1", inner, 1)
        .filtered("branch7x7_2", inner, row: 7).filtered("branch7x7_3", 192, column: 7)
      let double = x.filtered("branch7x7dbl_1", inner, 1)
        .filtered("branch7x7dbl_2", inner, column: 7).filtered("branch7x7dbl_3", inner, row: 7)
        .filtered("branch7x7dbl_4", inner, column: 7).filtered("branch7x7dbl_5", 192, row: 7)
      let pooled = x.averagePooled(3, stride: 1, padding: 1).filtered("branch_pool", 192, 1)
      return concat(direct, single, double, pooled)
    }
  }

  /// As `ReductionA`, with a factorised 7×7 filter.
  struct ReductionB: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      concat(
        x.filtered("branch3x3_1", 192, 1).filtered("branch3x3_2", 320, 3, stride: 2, padding: .valid),
        x.filtered("branch7x7x3_1", 192, 1).filtered("branch7x7x3_2", 192, row: 7)
          .filtered("branch7x7x3_3", 192, column: 7)
          .filtered("branch7x7x3_4", 192, 3, stride: 2, padding: .valid),
        x.maxPooled(3, stride: 2))
    }
  }

  /// Rows and columns side by side, for many channels on small maps (figure 7).
  struct Expanded: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let direct = x.filtered("branch1x1", 320, 1)
      let single = x.filtered("branch3x3_1", 384, 1)
      let singles = [single.filtered("branch3x3_2a", 384, row: 3), single.filtered("branch3x3_2b", 384, column: 3)]
      let double = x.filtered("branch3x3dbl_1", 448, 1).filtered("branch3x3dbl_2", 384, 3)
      let doubles = [
        double.filtered("branch3x3dbl_3a", 384, row: 3), double.filtered("branch3x3dbl_3b", 384, column: 3),
      ]
      let pooled = x.averagePooled(3, stride: 1, padding: 1).filtered("branch_pool", 192, 1)
      return concat([direct] + singles + doubles + [pooled])
    }
  }

  /// The classifier half way that regularises training (figure 8); inference does not run it, its weights belong to the
  /// network. Maps under 17×17, which the reference's head does not accept, are pooled evenly.
  struct Auxiliary: Layer {
    let classes: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let small = min(x.height, x.width) < 17
      let pooled = small ? x.adaptiveAveragePooled(5, 5) : x.averagePooled(5, stride: 3)
      return pooled.filtered("conv0", 128, 1).filtered("conv1", 768, 5, padding: .valid)
        .globalAveragePooled.flattened.classified("fc", classes)
    }
  }
}

/// Convolution, batch normalisation with ε = 0.001, ReLU.
extension Tensor {
  fileprivate func filtered(
    _ name: String, _ out: Int, _ kernel: Int, stride: Int = 1, padding: Padding = .same
  ) -> Tensor {
    scoped(name, ConvBN(out, kernel, stride: stride, padding: padding, epsilon: 1e-3))
  }

  fileprivate func filtered(_ name: String, _ out: Int, row: Int) -> Tensor {
    scoped(name, ConvBN(Conv2D(out, kernel: [1, row]), epsilon: 1e-3))
  }

  fileprivate func filtered(_ name: String, _ out: Int, column: Int) -> Tensor {
    scoped(name, ConvBN(Conv2D(out, kernel: [column, 1]), epsilon: 1e-3))
  }
}
