import SwiftletGraph
import SwiftletOps

/// Still larger: bottlenecks of a grouped and a depthwise convolution, a pointwise convolution behind each stage.
///
/// https://github.com/megvii-model/ShuffleNet-Series. Names: the authors' code.
struct ShuffleNetV2ExLarge: Layer {
  var classes = 1000

  /// Of each stage: units, channels that come out, and channels of its auxiliary head.
  static let stages = [
    (units: 8, out: 320, head: 256), (units: 16, out: 640, head: 512), (units: 36, out: 1280, head: 1024),
    (units: 10, out: 2560, head: 0),
  ]

  func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.through("first_conv") {
      ConvBN(64, 3, stride: 2)
      ConvBN(128, 3)
      ConvBN(256, 3)
    }.asFeature().maxPooled(3, stride: 2, padding: 1)
    var maps: [Tensor] = []
    for (s, stage) in Self.stages.enumerated() {
      x = x.through("features.\(s)") {
        for i in 0..<stage.units { Unit(out: stage.out, stride: s > 0 && i == 0 ? 2 : 1, isFirst: i == 0) }
        ConvBN(stage.out, 1)
      }
      maps.append(x.asFeature())
    }
    for (i, name) in ["predict_56", "predict_28", "predict_14"].enumerated() {
      _ = maps[i].scoped(name, AuxiliaryHead(width: Self.stages[i].head, epsilon: 1e-5, classes: classes))
    }
    return DropoutLayer(0.2)(x.globalAveragePooled.flattened).classified("fc.fc", classes)
  }

  struct Unit: Layer {
    let out: Int
    let stride: Int
    let isFirst: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      let (even, odd) = isFirst ? (x, x) : x.alternating
      let passed = isFirst ? even.scoped("proj", ConvBN(out - out / 2, 3, stride: stride)) : even
      let filtered = odd.through("branch_main") {
        ConvBN(out, 1)
        ConvBN(Conv2D(out, 3, stride: stride, groups: 16))
        ConvBN(Depthwise(3), .none)
        ConvBN(out / 2, 1, .none)
      }
      let weighed = filtered * filtered.sharedExcitation(out / 8, ".fc")
      return concat(passed, isFirst ? weighed : (odd + weighed).relu)
    }
  }
}
