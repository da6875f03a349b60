import SwiftletGraph
import SwiftletOps

extension Family {
  public static let squeezeNetAuthors = Family(
    "SqueezeNet (authors)", year: 2016,
    paper: "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size, Iandola et al., 2016",
    url: "https://arxiv.org/abs/1602.07360", reference: "DeepScale/SqueezeNet, songhan/SqueezeNet-Residual",
    licence: "BSD-2-Clause",
    idea: """
      SqueezeNet as its authors' Caffe models have it, also with shortcuts around the fire modules: around those that \
      keep the number of channels, or around all, the others through a 1×1 convolution.
      """,
    block: .init("squeezenet1_0_simple_bypass", "features.4"),
    models: [
      Model("squeezenet1_0_caffe", caffe, classifier: "mods.conv10.") {
        SqueezeNetCaffe(version: .v1_0, classes: $0)
      },
      Model("squeezenet1_1_caffe", caffe, classifier: "mods.conv10.") {
        SqueezeNetCaffe(version: .v1_1, classes: $0)
      },
      Model(
        "squeezenet1_0_simple_bypass", .caffe, top1: 60.4, top1Source: "table 3 of the paper",
        classifier: "classifier.1."
      ) { SqueezeNetBypass(isComplex: false, classes: $0) },
      Model("squeezenet1_0_complex_bypass", .caffe, classifier: "classifier.1.") {
        SqueezeNetBypass(isComplex: true, classes: $0)
      },
    ])

  private static var caffe: Preprocessing {
    var input = Preprocessing.caffe
    (input.height, input.width, input.cropFraction) = (227, 227, 227.0 / 256)
    return input
  }
}

/// SqueezeNet as released: Caffe's names under `mods`, padding around the classifier of 1.0, probabilities as output.
///
/// Iandola et al., 2016, https://arxiv.org/abs/1602.07360. Channels in the order blue, green, red.
struct SqueezeNetCaffe: Layer {
  var version = SqueezeNet.Version.v1_1
  var classes = 1000

  func callAsFunction(_ image: Tensor) -> Tensor {
    image.scoped("mods") { image in
      let first = version == .v1_0 ? (out: 96, kernel: 7) : (out: 64, kernel: 3)
      var x = image.scoped("conv1", Conv2D(first.out, first.kernel, stride: 2, padding: .valid, bias: true)).relu
      x.asFeature()
      var number = 2
      for group in SqueezeNet.table[version]! {
        x = x.maxPooled(3, stride: 2, ceilMode: true)
        for (squeeze, expand) in group {
          x = fire(x, "fire\(number)", squeeze, expand).asFeature()
          number += 1
        }
      }
      if classes == 0 { return x.globalAveragePooled.flattened }
      let padding = version == .v1_0 ? Padding.explicit(1, 1) : .valid
      let scores = DropoutLayer(0.5)(x).scoped("conv10", Conv2D(classes, 1, padding: padding, bias: true)).relu
      return scores.globalAveragePooled.flattened.softmax
    }
  }

  private func fire(_ x: Tensor, _ name: String, _ squeeze: Int, _ expand: Int) -> Tensor {
    let squeezed = x.scoped("\(name)/squeeze1x1", Conv2D(squeeze, 1, bias: true)).relu
    return concat(
      squeezed.scoped("\(name)/expand1x1", Conv2D(expand, 1, bias: true)).relu,
      squeezed.scoped("\(name)/expand3x3", Conv2D(expand, 3, bias: true)).relu)
  }
}

/// SqueezeNet 1.0 with shortcuts around its modules (§6, figure 2): around those that keep the number of channels, or,
/// as pointwise convolutions, around the others too. Names: torchvision's, and `bypass.fireN`.
///
/// Of the complex form there is no code; the paper gives 7.7 MB, its figure amounts to 6.4 MB.
struct SqueezeNetBypass: Layer {
  var isComplex = false
  var classes = 1000

  func callAsFunction(_ image: Tensor) -> Tensor {
    let table = SqueezeNet.table[.v1_0]!
    var x = image.scoped("features.0", Conv2D(96, 7, stride: 2, padding: .valid, bias: true)).relu
    x.asFeature()
    if isComplex { declareModules(x, table) }
    var (index, number) = (2, 2)
    for group in table {
      x = x.maxPooled(3, stride: 2, ceilMode: true)
      index += 1
      for (squeeze, expand) in group {
        let y = x.scoped("features.\(index)", SqueezeNet.Fire(squeeze: squeeze, expand: expand))
        x = joined(y, x, "bypass.fire\(number)").asFeature()
        (index, number) = (index + 1, number + 1)
      }
    }
    if classes == 0 { return x.globalAveragePooled.flattened }
    return DropoutLayer(0.5)(x).scoped("classifier.1", Conv2D(classes, 1, bias: true)).relu
      .globalAveragePooled.flattened
  }

  private func joined(_ y: Tensor, _ x: Tensor, _ name: String) -> Tensor {
    if x.channels == y.channels { return x + y }
    return isComplex ? y + x.scoped(name, Conv2D(y.channels, 1, bias: true)) : y
  }

  /// The bypass convolutions come last in the order of parameters.
  private func declareModules(_ x: Tensor, _ table: [[(squeeze: Int, expand: Int)]]) {
    func declare(_ name: String, _ weight: Shape) {
      x.declare([("\(name).weight", weight, false), ("\(name).bias", [weight[0]], false)])
    }
    var (index, channels) = (2, x.channels)
    for group in table {
      index += 1
      for (squeeze, expand) in group {
        declare("features.\(index).squeeze", [squeeze, channels, 1, 1])
        declare("features.\(index).expand1x1", [expand, squeeze, 1, 1])
        declare("features.\(index).expand3x3", [expand, squeeze, 3, 3])
        (index, channels) = (index + 1, 2 * expand)
      }
    }
    if classes > 0 { declare("classifier.1", [classes, channels, 1, 1]) }
  }
}
