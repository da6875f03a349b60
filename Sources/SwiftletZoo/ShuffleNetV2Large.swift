import SwiftletGraph
import SwiftletOps

extension Family {
  public static let shuffleNetV2Large = Family(
    "ShuffleNetV2.Large", year: 2019,
    paper: "ShuffleNetV2.Large and ShuffleNetV2.ExLarge, megvii-model/ShuffleNet-Series, 2019; after ShuffleNet V2, "
      + "Ma et al., ECCV 2018",
    url: "https://github.com/megvii-model/ShuffleNet-Series",
    reference: "megvii-model/ShuffleNet-Series ShuffleNetV2.Large, ShuffleNetV2.ExLarge", licence: "MIT",
    idea: """
      ShuffleNetV2 scaled up to the class of SENet: wide, deep, with squeeze-and-excitation and shortcuts.
      """,
    block: .init("shufflenet_v2_large", "features.0.2b"),
    models: [
      // The authors subtract a mean picture before these statistics of 0…255; no mean per channel stands for it.
      Model(
        "shufflenet_v2_large", .bgr, top1: 81.44, top1Source: "README of the authors' code", classifier: "fc.",
        auxiliaryClassifiers: auxiliary
      ) { ShuffleNetV2Large(classes: $0) },
      Model(
        "shufflenet_v2_exlarge", .bgr, top1: 84.48, top1Source: "README of the authors' code, further training data",
        classifier: "fc.", auxiliaryClassifiers: auxiliary
      ) { ShuffleNetV2ExLarge(classes: $0) },
    ])

  private static let auxiliary = ["predict_56.fc.", "predict_28.fc.", "predict_14.fc."]
}

/// Deeper ShuffleNet V2 with grouped 3×3 convolutions, residuals and squeeze-and-excitation.
///
/// https://github.com/megvii-model/ShuffleNet-Series. Names: the authors' code. Three auxiliary heads help training;
/// inference does not run them, their weights belong to the network.
struct ShuffleNetV2Large: Layer {
  var classes = 1000

  /// Of each stage: units, and channels of each of the two halves that come out.
  static let stages = [(units: 10, out: 128), (units: 10, out: 256), (units: 23, out: 512), (units: 10, out: 1024)]

  func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.through("first_conv") {
      Self.convolution(64, 3, stride: 2)
      Self.convolution(64, 3)
      Self.convolution(128, 3)
    }.asFeature().maxPooled(3, stride: 2, padding: 1)
    var maps: [Tensor] = []
    for (s, (units, out)) in Self.stages.enumerated() {
      for i in 0..<units {
        let letter = Character(Unicode.Scalar(UInt8(97 + i)))
        x = x.scoped(
          "features.\(s).\(s + 2)\(letter)", Unit(out: out, stride: s > 0 && i == 0 ? 2 : 1, isFirst: i == 0))
      }
      maps.append(x.asFeature())
    }
    for (name, map) in zip(["predict_56", "predict_28", "predict_14"], maps) {
      _ = map.scoped(name, AuxiliaryHead(width: map.channels, epsilon: 1e-9, classes: classes))
    }
    x = x.scoped("conv_last", Self.convolution(1280, 3))
    return DropoutLayer(0.2)(x.globalAveragePooled.flattened).classified("fc", classes)
  }

  static func convolution(
    _ out: Int, _ kernel: Int, stride: Int = 1, groups: Int = 1, _ activation: Activation = .relu
  ) -> ConvBN {
    ConvBN(Conv2D(out, kernel, stride: stride, groups: groups), epsilon: 1e-9, activation)
  }

  struct Unit: Layer {
    let out: Int
    let stride: Int
    let isFirst: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      if stride == 2 { declareDown(x) }
      let (even, odd) = x.alternating
      let passed = isFirst ? even.scoped("proj", convolution(out, 3, stride: stride, .none)) : even
      let filtered = odd.through("branch_main") {
        convolution(out, 1)
        convolution(out, 3, stride: stride, groups: 8)
        convolution(out, 1, .none)
      }
      let weighed = filtered * filtered.sharedExcitation(out, "")
      let both = concat(passed, isFirst ? weighed : odd + weighed).relu
      return stride == 2 ? both.scoped("down", convolution(2 * out, 1)) : both
    }

    /// The reference lists the convolution behind a downsampling unit before the unit's own.
    private func declareDown(_ x: Tensor) {
      x.declare([("down.conv.weight", [2 * out, 2 * out, 1, 1], false)])
      x.declareBatchNorm("down.bn", 2 * out)
    }
  }
}

extension Tensor {
  /// The gates of squeeze-and-excitation. The reference stores its two linear layers twice: under their own names, and
  /// under those of the chain that runs them.
  func sharedExcitation(_ hidden: Int, _ suffix: String) -> Tensor {
    for (name, shape) in [("se_fc1", [hidden, channels]), ("se_fc2", [channels, hidden])] {
      _ = buffer("\(name)\(suffix).weight", Shape(shape))
      _ = buffer("\(name)\(suffix).bias", [shape[0]])
    }
    return globalAveragePooled.flattened.scoped("se_block") {
      $0.scoped("0\(suffix)", Linear(hidden)).relu.scoped("2\(suffix)", Linear(channels)).sigmoid
    }.reshaped([shape[0], channels, 1, 1])
  }
}

/// A classifier half way that helps training.
struct AuxiliaryHead: Layer {
  let width: Int
  let epsilon: Float
  let classes: Int

  func callAsFunction(_ x: Tensor) -> Tensor {
    let y = x.maxPooled(3, stride: 2, padding: 1).through("conv") {
      ConvBN(width, 1, epsilon: epsilon)
      ConvBN(width, 3, epsilon: epsilon)
    }
    return y.globalAveragePooled.flattened.classified("fc", classes)
  }
}
