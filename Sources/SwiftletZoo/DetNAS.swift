import SwiftletGraph
import SwiftletOps

extension Family {
  public static let detNAS = Family(
    "DetNAS", year: 2019, paper: "DetNAS: Backbone Search for Object Detection, Chen et al., NeurIPS 2019",
    url: "https://arxiv.org/abs/1903.10979", reference: "megvii-model/ShuffleNet-Series DetNAS", licence: "MIT",
    idea: """
      The backbone is searched for the detector itself: a supernet of ShuffleNetV2 blocks is trained for \
      classification, tuned for detection, and an evolution picks the path with the best average precision.
      """,
    block: .init("detnas_voc_retinanet_300m", "features.5"),
    models: DetNAS.variants.map { row in
      Model(row.name, .bgr, top1: row.top1, top1Source: "README of the authors' code", classifier: "fc.") {
        DetNAS(stem: row.stem, channels: row.channels, last: row.last, choices: row.choices, classes: $0)
      }
    })
}

/// DetNAS: Backbone Search for Object Detection.
///
/// Chen et al., NeurIPS 2019, https://arxiv.org/abs/1903.10979. Names: the authors' classification code. Its 3.8G
/// network ends in a convolution of 1728 channels; the README's figures fit 1024.
struct DetNAS: Layer {
  var stem = 16
  /// Of the four stages.
  var channels = [64, 160, 320, 640]
  /// Of the last convolution.
  var last = 1024
  /// What was chosen for each unit, by stage: 3, 5, 7 as a kernel, 0 for Xception's branch.
  var choices: [[Int]]
  var classes = 1000

  private static let small = [64, 160, 320, 640]
  private static let large = [
    [3, 3, 0, 5, 7, 5, 3, 7], [3, 0, 5, 7, 0, 0, 7, 3], [7, 5, 5, 0, 7, 3, 7, 7, 7, 5, 0, 5, 3, 0, 0, 0],
    [5, 0, 0, 0, 0, 0, 0, 0],
  ]

  /// The networks that were found, by data, detector and multiply-adds.
  static let variants: [(name: String, stem: Int, channels: [Int], last: Int, choices: [[Int]], top1: Double)] = [
    (
      "detnas_voc_retinanet_300m", 16, small, 1024,
      [[5, 0, 3, 3], [7, 0, 0, 0], [7, 0, 0, 0, 0, 7, 7, 3], [7, 0, 5, 5]], 74.6
    ),
    (
      "detnas_voc_fpn_300m", 16, small, 1024,
      [[7, 5, 3, 0], [5, 0, 3, 0], [7, 3, 5, 5, 0, 0, 0, 0], [0, 0, 0, 5]], 74.1
    ),
    (
      "detnas_coco_retinanet_300m", 16, small, 1024,
      [[7, 0, 5, 5], [0, 7, 5, 0], [0, 5, 5, 5, 0, 0, 7, 3], [0, 0, 0, 0]], 74.0
    ),
    (
      "detnas_coco_fpn_300m", 16, small, 1024,
      [[7, 5, 7, 3], [7, 5, 5, 7], [0, 0, 5, 0, 3, 3, 0, 5], [0, 5, 0, 7]], 73.8
    ),
    ("detnas_coco_fpn_1_3g", 48, [96, 240, 480, 960], 1024, large, 77.2),
    ("detnas_coco_fpn_3_8g", 72, [172, 432, 864, 1728], 1728, large, 78.4),
  ]

  func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("first_conv", BiasedConvBN(out: stem, kernel: 3, stride: 2)).asFeature()
    var index = 0
    for (stage, kernels) in choices.enumerated() {
      for (i, kernel) in kernels.enumerated() {
        let letter = Character(Unicode.Scalar(UInt8(97 + i)))
        x = x.scoped(
          "features.\(index)",
          Unit(name: "\(stage + 1)\(letter)", out: channels[stage], kernel: kernel, stride: i == 0 ? 2 : 1))
        index += 1
        x.asFeature()
      }
    }
    x = x.scoped("last_conv", BiasedConvBN(out: last, kernel: 1, stride: 1))
    return DropoutLayer(0.2)(x).globalAveragePooled.flattened.classified("fc.fc", classes)
  }

  struct BiasedConvBN: Layer {
    let out: Int
    let kernel: Int
    let stride: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      ConvBN(Conv2D(out, kernel, stride: stride, bias: true))(x)
    }
  }

  /// The unit of ShuffleNet V2 with a chosen branch (§3.3).
  struct Unit: Layer {
    let name: String
    let out: Int
    let kernel: Int
    let stride: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      let (even, odd) = stride == 1 ? x.alternating : (x, x)
      let filtered = odd.scoped("conv") { kernel == 0 ? xception($0) : plain($0) }.relu
      return concat(stride == 1 ? even : projected(x), filtered)
    }

    func plain(_ x: Tensor) -> Tensor {
      let prefix = "\(name)_shufflenet_\(kernel)x\(kernel)"
      return x.scoped("0") { pointwise($0, "\(prefix)_branch2a", out / 2).relu }
        .scoped("1") { pointwise(filtered($0, "\(prefix)_branch2b", stride), "\(prefix)_branch2b", out - x.channels) }
    }

    func xception(_ x: Tensor) -> Tensor {
      let prefix = "\(name)_xception_3x3"
      return x.scoped("0") {
        pointwise(filtered($0, "\(prefix)_branch2a", stride), "\(prefix)_branch2a", out / 2).relu
      }.scoped("1") { pointwise(filtered($0, "\(prefix)_branch2b", 1), "\(prefix)_branch2b", out / 2).relu }
        .scoped("2") { pointwise(filtered($0, "\(prefix)_branch2c", 1), "\(prefix)_branch2c", out - x.channels) }
    }

    func projected(_ x: Tensor) -> Tensor {
      x.scoped("proj_conv") { pointwise(filtered($0, "\(name)_proj", stride), "\(name)_proj", x.channels).relu }
    }

    func filtered(_ x: Tensor, _ name: String, _ stride: Int) -> Tensor {
      x.scoped("interstellar\(name)_s", Depthwise(kernel == 0 ? 3 : kernel, stride: stride))
        .scoped("interstellar\(name)_s_bn", BatchNorm())
    }

    func pointwise(_ x: Tensor, _ name: String, _ out: Int) -> Tensor {
      x.scoped("interstellar\(name)", Conv2D(out, 1)).scoped("bn\(name)", BatchNorm())
    }
  }
}
