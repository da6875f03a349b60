import SwiftletGraph
import SwiftletOps

extension Family {
  public static let googLeNetCaffe = Family(
    "GoogLeNet (Caffe)", year: 2015, paper: "Going Deeper with Convolutions, Szegedy et al., CVPR 2015",
    url: "https://arxiv.org/abs/1409.4842", reference: "BVLC/caffe models/bvlc_googlenet", licence: "unrestricted use",
    idea: """
      GoogLeNet as published: Inception modules with true 5×5 filters, no batch normalisation, and a local response \
      normalisation in the stem.
      """,
    block: .init("googlenet_bvlc", "mods.inception_3a"),
    models: [
      Model(
        "googlenet_bvlc", .caffe, top1: 68.7, top1Source: "readme of models/bvlc_googlenet",
        classifier: "mods.loss3/classifier."
      ) { GoogLeNetCaffe(classes: $0) }
    ])
}

extension Preprocessing {
  /// Caffe's habit: values in 0…255 less the mean of ImageNet, channels in the order blue, green, red.
  static let caffe = Preprocessing(
    interpolation: .bilinear, channelOrder: .bgr, mean: [104.0 / 255, 117.0 / 255, 123.0 / 255],
    std: [Float](repeating: 1 / 255, count: 3))
}

/// GoogLeNet as in the paper: true 5×5 filters, local response normalisation, no batch normalisation; probabilities as
/// output.
///
/// Szegedy et al., CVPR 2015, https://arxiv.org/abs/1409.4842, table 1. Names: Caffe's under `mods`. Channels in the
/// order blue, green, red.
struct GoogLeNetCaffe: Layer {
  var classes = 1000

  func callAsFunction(_ image: Tensor) -> Tensor {
    image.scoped("mods") { image in
      let first = convolved(image, "conv1/7x7_s2", 64, 7, stride: 2).asFeature()
      var x = first.maxPooled(3, stride: 2, ceilMode: true)
      x = convolved(x.apply(LRN(size: 5)), "conv2/3x3_reduce", 64, 1)
      x = convolved(x, "conv2/3x3", 192, 3).apply(LRN(size: 5)).asFeature()
      for group in GoogLeNet.table {
        x = x.maxPooled(3, stride: 2, ceilMode: true)
        for row in group { x = inception(x, row).asFeature() }
      }
      let pooled = DropoutLayer(0.4)(x.globalAveragePooled.flattened)
      return classes == 0 ? pooled : pooled.classified("loss3/classifier", classes).softmax
    }
  }

  /// Filters of three sizes and a pool side by side (figure 2b).
  private func inception(_ x: Tensor, _ row: GoogLeNet.Row) -> Tensor {
    let name = "inception_\(row.name)"
    return concat(
      convolved(x, "\(name)/1x1", row.c1, 1),
      convolved(convolved(x, "\(name)/3x3_reduce", row.reduce3, 1), "\(name)/3x3", row.c3, 3),
      convolved(convolved(x, "\(name)/5x5_reduce", row.reduce5, 1), "\(name)/5x5", row.c5, 5),
      convolved(x.maxPooled(3, stride: 1, padding: 1), "\(name)/pool_proj", row.pooled, 1))
  }

  private func convolved(_ x: Tensor, _ name: String, _ out: Int, _ kernel: Int, stride: Int = 1) -> Tensor {
    x.scoped(name, Conv2D(out, kernel, stride: stride, bias: true)).relu
  }
}
