import SwiftletGraph
import SwiftletOps

extension Family {
  public static let dynamicMobileNetV2 = Family(
    "DY-MobileNetV2", year: 2020,
    paper: "Dynamic Convolution: Attention over Convolution Kernels, Chen et al., CVPR 2020",
    url: "https://arxiv.org/abs/1912.03458",
    reference: "no authors' code; kaijieshi7/Dynamic-convolution-Pytorch in torchvision mobilenet_v2",
    licence: "none stated",
    idea: """
      A convolution has four kernels; a small attention on the mean of the input weighs them, and the sum is the \
      kernel for this image. Four times the weights, hardly more multiply-adds.
      """,
    block: .init("dy_mobilenet_v2_1x", "features.3"),
    models: [
      ("0_35x", 0.35), ("0_5x", 0.5), ("0_75x", 0.75), ("1x", 1),
    ].map { (name: String, width: Double) in
      Model("dy_mobilenet_v2_\(name)", .square(224, .bilinear), classifier: "classifier.1.") {
        DynamicMobileNetV2(width: width, classes: $0)
      }
    })
}

/// MobileNetV2 whose blocks mix each of their kernels from four, by what the image as a whole shows.
///
/// Chen et al., CVPR 2020, https://arxiv.org/abs/1912.03458. The authors published no code: names and composition are
/// those of an independent dynamic convolution put into torchvision's `mobilenet_v2`; the first, the last convolution
/// and the classifier stay static.
struct DynamicMobileNetV2: Layer {
  var width = 1.0
  var classes = 1000

  func callAsFunction(_ image: Tensor) -> Tensor {
    let features = image.through("features") {
      ConvNormActivation(roundedChannels(32 * width), 3, stride: 2, .relu6)
      for (t, c, n, s) in MobileNetV2.table {
        for i in 0..<n {
          Block(out: roundedChannels(Double(c) * width), stride: i == 0 ? s : 1, expansion: t).asFeature()
        }
      }
      ConvNormActivation(max(1280, roundedChannels(1280 * width)), 1, .relu6)
    }
    let pooled = features.globalAveragePooled.flattened
    return DropoutLayer(0.2)(pooled).classified("classifier.1", classes)
  }

  struct Block: Layer {
    let out: Int
    let stride: Int
    let expansion: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let expanded = x.channels * expansion
      let y = x.through("conv") {
        if expansion > 1 { normed(DynamicConvolution(out: expanded)) }
        normed(DynamicConvolution(out: expanded, kernel: 3, stride: stride, groups: expanded))
        DynamicConvolution(out: out)
        BatchNorm()
      }
      return stride == 1 && x.channels == out ? x + y : y
    }

    func normed(_ convolution: DynamicConvolution) -> Sequential {
      Sequential {
        convolution
        BatchNorm()
        Activation.relu6
      }
    }
  }
}

/// A convolution with a kernel mixed for each image from a bank of four (equation 2), by squeeze-and-excitation with a
/// softmax (figure 3), whose temperature training lowers to 1. Parameters: `weight` `[4, out, in / groups, kernel,
/// kernel]`, `attention.fc1`, `attention.fc2`.
struct DynamicConvolution: Layer {
  let out: Int
  var kernel = 1
  var stride = 1
  var groups = 1

  func callAsFunction(_ x: Tensor) -> Tensor {
    let bank = x.parameter("weight", [4, out, x.channels / groups, kernel, kernel])
    let logits = x.globalAveragePooled.scoped("attention") {
      $0.scoped("fc1", Conv2D(x.channels / 4, 1)).relu.scoped("fc2", Conv2D(4, 1, bias: true))
    }
    let window = Window(kernel, stride: stride, pad: kernel / 2)
    return x.apply(DynamicConv(window, group: groups), bank, logits.flattened.softmax)
  }
}
