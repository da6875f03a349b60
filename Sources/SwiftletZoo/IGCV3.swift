import SwiftletGraph
import SwiftletOps

extension Family {
  public static let igcV3 = Family(
    "IGCV3", year: 2018,
    paper: "IGCV3: Interleaved Low-Rank Group Convolutions for Efficient Deep Neural Networks, Sun et al., BMVC 2018",
    url: "https://arxiv.org/abs/1806.00178", reference: "homles11/IGCV3 symbols/igcv3.py", licence: "none stated",
    idea: """
      An inverted residual whose two 1×1 convolutions have two groups each; a permutation of the channels between them \
      mixes the groups. Sparse and of low rank at once.
      """,
    block: .init("igcv3_d_1x", "stages.1.1"),
    models: [
      ("igcv3_d_0_5x", 0.5, nil), ("igcv3_d_0_7x", 0.7, nil), ("igcv3_d_1x", 1, 72.2), ("igcv3_d_1_4x", 1.4, nil),
    ].map { (name: String, width: Double, top1: Double?) in
      Model(
        name, .mxNet, top1: top1, top1Source: top1.map { _ in "README of the authors' code, after retraining" },
        classifier: "fc."
      ) { IGCV3(width: width, classes: $0) }
    })
}

extension Preprocessing {
  /// MXNet's habit: values in 0…255 less the mean of ImageNet.
  static let mxNet = Preprocessing(
    interpolation: .bilinear, mean: [123.68 / 255, 116.779 / 255, 103.939 / 255],
    std: [Float](repeating: 1 / 255, count: 3))
}

/// IGCV3: Interleaved Low-Rank Group Convolutions for Efficient Deep Neural Networks.
///
/// Sun et al., BMVC 2018, https://arxiv.org/abs/1806.00178. After the authors' symbol: `first`, `stages.S.B.exp`, `dw`,
/// `linear`, `last`, `fc`, each with its `_bn`.
struct IGCV3: Layer {
  var width = 1.0
  var classes = 1000

  /// The blocks of MobileNetV2 twice as deep ("IGCV3-D"): expansion t, channels c, repeats n, stride s of the first.
  static let table = [
    (t: 1, c: 16, n: 1, s: 1), (t: 6, c: 24, n: 4, s: 2), (t: 6, c: 32, n: 6, s: 2), (t: 6, c: 64, n: 8, s: 2),
    (t: 6, c: 96, n: 6, s: 1), (t: 6, c: 160, n: 6, s: 2), (t: 6, c: 320, n: 1, s: 1),
  ]

  /// `channels` at this network's width, an even number.
  private func scaled(_ channels: Int) -> Int {
    let scaled = Int((Double(channels) * width).rounded(.toNearestOrEven))
    return scaled + scaled % 2
  }

  func callAsFunction(_ image: Tensor) -> Tensor {
    var x = image.scoped("first", Conv2D(scaled(32), 3, stride: 2)).scoped("first_bn", BatchNorm()).relu6
      .asFeature()
    var reference = x.channels
    for (s, (t, c, n, stride)) in Self.table.enumerated() {
      let out = scaled(c)
      x = x.through("stages.\(s)") {
        for i in 0..<n {
          // The authors scale the input's width twice where they count the first expansion of a stage.
          Unit(out: out, expanded: t * (i == 0 ? reference : out), stride: i == 0 ? stride : 1, isFirst: i == 0)
        }
      }.asFeature()
      let twice = Int((Double(out) * width).rounded(.toNearestOrEven))
      reference = twice % 2 == 0 ? twice : out + 1
    }
    let last = width > 1 ? Int(1280 * width) + 1 : 1280
    x = x.scoped("last", Conv2D(last, 1)).scoped("last_bn", BatchNorm()).relu6
    return x.globalAveragePooled.flattened.classified("fc", classes)
  }

  /// Pointwise convolutions of two groups around a depthwise one, a permutation behind the first; linear but for one
  /// ReLU6
  ///.
  struct Unit: Layer {
    let out: Int
    let expanded: Int
    let stride: Int
    let isFirst: Bool

    func callAsFunction(_ x: Tensor) -> Tensor {
      let wide = x.scoped("exp", Conv2D(expanded, 1, groups: 2)).scoped("exp_bn", BatchNorm()).channelShuffled(
        groups: 2)
      let filtered = wide.scoped("dw", Depthwise(3, stride: stride)).scoped("dw_bn", BatchNorm()).relu6
      let y = filtered.scoped("linear", Conv2D(out, 1, groups: 2)).scoped("linear_bn", BatchNorm())
      return isFirst ? y : x + y
    }
  }
}
