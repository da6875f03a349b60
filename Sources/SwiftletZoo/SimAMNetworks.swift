import SwiftletGraph
import SwiftletOps

extension Family {
  public static let simAM = Family(
    "SimAM", year: 2021,
    paper: "SimAM: A Simple, Parameter-Free Attention Module for Convolutional Neural Networks, Yang et al., ICML 2021",
    url: "https://proceedings.mlr.press/v139/yang21o.html", reference: "ZjjConan/SimAM networks/imagenet",
    licence: "none stated",
    idea: """
      Attention without weights: each neuron is scaled by how much it differs from the others of its channel, by a \
      formula derived from an energy function.
      """,
    block: .init("simam_resnet18", "layer1.0"),
    models: [
      ("simam_resnet18", [2, 2, 2, 2], false, 71.31), ("simam_resnet34", [3, 4, 6, 3], false, 74.49),
      ("simam_resnet50", [3, 4, 6, 3], true, 77.45), ("simam_resnet101", [3, 4, 23, 3], true, 78.65),
    ].map { name, blocks, bottleneck, top1 in
      Model(
        name, .square(224, .bilinear), top1: top1, top1Source: "README of the authors' code", classifier: "fc."
      ) { SimAMResNet(blocks: blocks, bottleneck: bottleneck, classes: $0) }
    } + [
      Model(
        "simam_mobilenet_v2", .square(224, .bilinear), top1: 72.36, top1Source: "README of the authors' code"
      ) { SimAMMobileNetV2(classes: $0) }
    ])
}

/// SimAM as a layer, with the λ of the authors' ImageNet networks.
struct SimAMLayer: Layer {
  var lambda: Float = 0.1
  func callAsFunction(_ x: Tensor) -> Tensor { x.apply(SimAM(lambda: lambda)) }
}

/// ResNet with SimAM between the second convolution of a block and its normalisation.
///
/// Yang et al., ICML 2021. Names: the authors' code, where that convolution is `conv2.0`.
struct SimAMResNet: Layer {
  var blocks = [3, 4, 6, 3]
  var bottleneck = true
  var classes = 1000

  func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("conv1", Conv2D(64, 7, stride: 2)).scoped("bn1", BatchNorm()).relu
    x = x.asFeature().maxPooled(3, stride: 2, padding: 1)
    for (stage, count) in blocks.enumerated() {
      x = x.through("layer\(stage + 1)") {
        for i in 0..<count {
          Block(width: 64 << stage, stride: stage > 0 && i == 0 ? 2 : 1, bottleneck: bottleneck)
        }
      }.asFeature()
    }
    return x.globalAveragePooled.flattened.classified("fc", classes)
  }

  struct Block: Layer {
    let width: Int
    let stride: Int
    let bottleneck: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      let y = bottleneck ? narrowed(x) : plain(x)
      let isSame = stride == 1 && x.channels == y.channels
      let shortcut =
        isSame
        ? x
        : x.through("downsample") {
          Conv2D(y.channels, 1, stride: stride)
          BatchNorm()
        }
      return (y + shortcut).relu
    }

    func plain(_ x: Tensor) -> Tensor {
      attended(x.scoped("conv1", Conv2D(width, 3, stride: stride)).scoped("bn1", BatchNorm()).relu, stride: 1)
    }

    func narrowed(_ x: Tensor) -> Tensor {
      attended(x.scoped("conv1", Conv2D(width, 1)).scoped("bn1", BatchNorm()).relu, stride: stride).relu
        .scoped("conv3", Conv2D(4 * width, 1)).scoped("bn3", BatchNorm())
    }

    func attended(_ x: Tensor, stride: Int) -> Tensor {
      x.through("conv2") {
        Conv2D(width, 3, stride: stride)
        SimAMLayer()
      }.scoped("bn2", BatchNorm())
    }
  }
}

/// MobileNetV2 with SimAM between each depthwise convolution and its normalisation.
///
/// Yang et al., ICML 2021. Names: the authors' code.
struct SimAMMobileNetV2: Layer {
  var classes = 1000

  func callAsFunction(_ image: Tensor) -> Tensor {
    let features = image.through("features") {
      ConvNormActivation(32, 3, stride: 2, .relu6)
      for (t, c, n, s) in MobileNetV2.table {
        for i in 0..<n { Block(out: c, stride: i == 0 ? s : 1, expansion: t).asFeature() }
      }
      ConvNormActivation(1280, 1, .relu6)
    }
    return features.globalAveragePooled.flattened.classified("classifier.0", classes)
  }

  struct Block: Layer {
    let out: Int
    let stride: Int
    let expansion: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let y = x.through("conv") {
        if expansion > 1 { ConvNormActivation(x.channels * expansion, 1, .relu6) }
        Sequential {
          Depthwise(3, stride: stride)
          SimAMLayer()
          BatchNorm()
          Activation.relu6
        }
        Conv2D(out, 1)
        BatchNorm()
      }
      return stride == 1 && x.channels == out ? x + y : y
    }
  }
}
