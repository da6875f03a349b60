import SwiftletGraph
import SwiftletOps

extension Family {
  public static let pvaNet = Family(
    "PVANet", year: 2016,
    paper: "PVANet: Lightweight Deep Neural Networks for Real-time Object Detection, Hong et al., 2016",
    url: "https://arxiv.org/abs/1611.08588", reference: "sanghoon/pva-faster-rcnn models/pvanet", licence: "MIT",
    models: [("pvanet90", PVANet.Version.v9_0, nil), ("pvanet91", .v9_1, 70.0)].flatMap {
      (name: String, version: PVANet.Version, top1: Double?) in
      [
        Model(
          name, input, top1: top1, top1Source: top1.map { _ in "descriptions.txt of the authors' code" },
          classifier: "fc8."
        ) { PVANetClassifier(body: PVANet(version: version), classes: $0) },
        Model(backbone: "\(name)_hypernet", input) { PVANet(version: version) },
      ]
    })

  private static var input: Preprocessing {
    var input = Preprocessing.caffe
    (input.height, input.width, input.cropFraction) = (192, 192, 192.0 / 224)
    return input
  }
}

/// PVANet: C.ReLU where maps are large, Inception where they are small, and features of three scales for detectors.
///
/// Hong et al., 2016, https://arxiv.org/abs/1608.08021 and https://arxiv.org/abs/1611.08588, table 1. After the
/// authors' prototxt: 9.0 normalises behind its convolutions, 9.1 before them. Channels in the order blue, green, red.
struct PVANet: Layer {
  enum Version: Sendable { case v9_0, v9_1 }
  var version = Version.v9_1

  /// The maps of the stages of C.ReLU (2 and 3) and Inception (4 and 5).
  func stages(_ image: Tensor) -> [Tensor] {
    let first = image.scoped("conv1_1") {
      $0.scoped("conv", Conv2D(16, 7, stride: 2)).scoped("crelu", ConcatenatedReLU())
    }
    var x = first.maxPooled(3, stride: 2, ceilMode: true)
    return (2...5).map { stage in
      if stage > 3 && (x.height % 2, x.width % 2) != (0, 0) { image.refuseSize(multiple: 32) }
      for block in 1...(stage == 2 ? 3 : 4) {
        let place = PVABlock(stage: stage, block: block)
        x = x.scoped("conv\(stage)_\(block)") {
          version == .v9_0 ? place.normalisedBehind($0) : place.normalisedBefore($0)
        }
      }
      return x
    }
  }

  /// HyperNet features, on the scale of stage 4: stage 3 pooled, stage 4, stage 5 magnified (§2.3). The magnification
  /// is a bilinear transposed convolution, to which the surroundings of the map are 0.
  func callAsFunction(_ image: Tensor) -> Tensor {
    let maps = image.scoped("features") { stages($0) }
    let (fine, same, coarse) = (maps[1], maps[2], maps[3])
    let (height, width) = (2 * coarse.height, 2 * coarse.width)
    let magnified = coarse.padded(Pads(1)).resized(height + 4, width + 4)
      .apply(Slice(axis: 2, start: 2, end: height + 2)).apply(Slice(axis: 3, start: 2, end: width + 2))
    return concat(fine.maxPooled(3, stride: 2, ceilMode: true), same, magnified).asFeature()
  }
}

/// PVANet with the fully connected layers it was trained with on ImageNet.
struct PVANetClassifier: Layer {
  var body: PVANet
  var classes = 1000

  func callAsFunction(_ image: Tensor) -> Tensor {
    let map = image.scoped("features") { body.stages($0).map { $0.asFeature() }[3] }
    var x = map.adaptiveAveragePooled(6, 6).flattened
    for name in ["fc6", "fc7"] {
      x = DropoutLayer(0.5)(x.scoped(name, Linear(4096)).scoped("\(name)_bn", BatchNorm())).relu
    }
    return x.classified("fc8", classes)
  }
}

/// C.ReLU: the normalised map beside its negative, scaled and shifted each by itself, then ReLU (figure 1).
///
/// Shang et al., ICML 2016, with the scale of PVANet. Parameters: the statistics of `bn`, then `scale`.
struct ConcatenatedReLU: Layer {
  func callAsFunction(_ x: Tensor) -> Tensor {
    let size: Shape = [x.channels]
    let (one, zero) = (x.constant(NDArray(size, repeating: 1)), x.constant(NDArray(size)))
    let normal = x.scoped("bn") {
      $0.apply(
        BatchNormalization(), one, zero, $0.buffer("running_mean", size), $0.buffer("running_var", size))
    }
    let both = concat(normal, normal * -1)
    return both.scoped("scale") {
      let shape: Shape = [1, both.channels, 1, 1]
      let weight = $0.parameter("weight", [both.channels]).reshaped(shape)
      return $0 * weight + $0.parameter("bias", [both.channels]).reshaped(shape)
    }.relu
  }
}

extension Tensor {
  /// States that the network does not take images of this size.
  fileprivate func refuseSize(multiple: Int) {
    let (rows, columns) = (height / multiple * multiple, width / multiple * multiple)
    builder.fail(
      "PVANet takes heights and widths that are multiples of \(multiple), found \(height)×\(width); "
        + "use \(max(rows, multiple))×\(max(columns, multiple)) or \(rows + multiple)×\(columns + multiple)")
  }
}
