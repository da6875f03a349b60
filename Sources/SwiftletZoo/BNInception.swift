import SwiftletGraph
import SwiftletOps

extension Family {
  public static let bnInception = Family(
    "BN-Inception", year: 2015,
    paper: "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift, Ioffe and "
      + "Szegedy, ICML 2015",
    url: "https://arxiv.org/abs/1502.03167", reference: "Cadene/pretrained-models.pytorch bninception",
    licence: "BSD-3-Clause",
    idea: """
      Batch normalisation, introduced here, behind every convolution of Inception lets training run at far higher \
      rates; two 3×3 filters stand for the 5×5 one.
      """,
    block: .init("bninception", "inception_3a"),
    models: [
      // Values in 0…255 less a mean.
      Model(
        "bninception",
        Preprocessing(
          interpolation: .bilinear, channelOrder: .bgr, mean: [104.0 / 255, 117.0 / 255, 128.0 / 255],
          std: [Float](repeating: 1 / 255, count: 3)),
        top1: 73.524, top1Source: "README of the reference", classifier: "last_linear."
      ) { BNInception(classes: $0) }
    ])
}

/// BN-Inception, also called Inception v2: two 3×3 filters for one 5×5, batch normalisation behind every convolution.
///
/// Ioffe and Szegedy, ICML 2015, https://arxiv.org/abs/1502.03167, figure 5. Names: Cadene's `bninception`, whose
/// convolutions keep their biases.
struct BNInception: Layer {
  var classes = 1000

  enum Pool: Sendable { case average, max }

  /// Figure 5: 1×1; before 3×3, 3×3; before double 3×3, double 3×3; pool, behind the pool. Without channels of 1×1 the
  /// module has stride 2 and its pool passes everything.
  static let table: [(name: String, c1: Int, reduce3: Int, c3: Int, reduceD: Int, cD: Int, pool: Pool, pooled: Int)] = [
    ("3a", 64, 64, 64, 64, 96, .average, 32), ("3b", 64, 64, 96, 64, 96, .average, 64),
    ("3c", 0, 128, 160, 64, 96, .max, 0),
    ("4a", 224, 64, 96, 96, 128, .average, 128), ("4b", 192, 96, 128, 96, 128, .average, 128),
    ("4c", 160, 128, 160, 128, 160, .average, 128), ("4d", 96, 128, 192, 160, 192, .average, 128),
    ("4e", 0, 128, 192, 192, 256, .max, 0),
    ("5a", 352, 192, 320, 160, 224, .average, 128), ("5b", 352, 192, 320, 192, 224, .max, 128),
  ]

  func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.filtered("conv1_7x7_s2", 64, 7, stride: 2).asFeature().maxPooled(3, stride: 2, ceilMode: true)
    x = x.filtered("conv2_3x3_reduce", 64, 1).filtered("conv2_3x3", 192, 3).asFeature()
      .maxPooled(3, stride: 2, ceilMode: true)
    for (name, c1, reduce3, c3, reduceD, cD, pool, pooled) in Self.table {
      let module = "inception_\(name)"
      let stride = c1 == 0 ? 2 : 1
      var maps: [Tensor] = c1 == 0 ? [] : [x.filtered("\(module)_1x1", c1, 1)]
      maps.append(x.filtered("\(module)_3x3_reduce", reduce3, 1).filtered("\(module)_3x3", c3, 3, stride: stride))
      maps.append(
        x.filtered("\(module)_double_3x3_reduce", reduceD, 1).filtered("\(module)_double_3x3_1", cD, 3)
          .filtered("\(module)_double_3x3_2", cD, 3, stride: stride))
      let smooth =
        switch pool {
        case .average: x.averagePooled(3, stride: 1, padding: 1)
        case .max: stride == 2 ? x.maxPooled(3, stride: 2, ceilMode: true) : x.maxPooled(3, stride: 1, padding: 1)
        }
      maps.append(pooled == 0 ? smooth : smooth.filtered("\(module)_pool_proj", pooled, 1))
      x = concat(maps).asFeature()
    }
    return x.globalAveragePooled.flattened.classified("last_linear", classes)
  }
}

extension Tensor {
  /// Convolution with bias, batch normalisation, ReLU.
  fileprivate func filtered(_ name: String, _ out: Int, _ kernel: Int, stride: Int = 1) -> Tensor {
    scoped(name, Conv2D(out, kernel, stride: stride, bias: true)).scoped("\(name)_bn", BatchNorm()).relu
  }
}
