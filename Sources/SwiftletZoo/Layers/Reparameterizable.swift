public import SwiftletGraph
import SwiftletOps

/// Branches of one shape that are added before one activation, so that after training they are one convolution:
/// k×k convolutions, a pointwise one and the input itself, each with its own normalisation.
///
/// Ding et al., "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021, figure 2. The engine adds them up.
/// Names: timm's `identity`, `conv_kxk` (with numbers where there are several), `conv_scale` or another, `attn`.
public struct Reparameterizable: Layer {
  /// The names of the k×k convolutions.
  public enum Naming: Sendable { case one, numbered(Int) }

  var out: Int
  var kernel: Int
  var stride: Int
  var groups: Int
  var naming: Naming
  /// The name of the pointwise branch, which a kernel of 1 does not have.
  var pointwise: String
  var squeeze: SqueezeExcite?

  public init(
    _ out: Int, kernel: Int = 3, stride: Int, groups: Int = 1, naming: Naming, pointwise: String,
    squeeze: SqueezeExcite? = nil
  ) {
    (self.out, self.kernel, self.stride, self.groups) = (out, kernel, stride, groups)
    (self.naming, self.pointwise, self.squeeze) = (naming, pointwise, squeeze)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let names =
      switch naming {
      case .one: ["conv_kxk"]
      case .numbered(let count): (0..<count).map { "conv_kxk.\($0)" }
      }
    let identity = stride == 1 && x.channels == out ? x.scoped("identity", BatchNorm()) : nil
    let full = names.map { x.scoped($0, branch(kernel)) }
    let scale = kernel > 1 ? x.scoped(pointwise, branch(1)) : nil
    let branches = [scale].compactMap { $0 } + full + [identity].compactMap { $0 }
    var y = branches.dropFirst().reduce(branches[0], +)
    if let squeeze { y = y.scoped("attn", squeeze) }
    return y.relu
  }

  private func branch(_ kernel: Int) -> ConvBN {
    ConvBN(Conv2D(out, kernel, stride: stride, groups: groups), .none)
  }
}

/// Stages of re-parameterisable blocks between a stem and a classifier of pooled features.
///
/// Names: timm's `stem`, `stages.S.B`, `head.fc`.
struct ReparameterizableNetwork: Layer {
  let stem: Reparameterizable
  let stages: [[Reparameterizable]]
  let classes: Int

  func callAsFunction(_ image: Tensor) -> Tensor {
    let features = image.scoped("stem", stem).asFeature().through("stages") {
      for blocks in stages { Sequential { for block in blocks { block.asFeature() } } }
    }
    return features.globalAveragePooled.flattened.scoped("head") { $0.classified("fc", classes) }
  }
}

extension SqueezeExcite {
  /// timm's `SEModule`: `fc1` and `fc2`, a multiple of `divisor` channels between them, rounded half up.
  static func named(_ ratio: Double, divisor: Int = 8) -> SqueezeExcite {
    SqueezeExcite(ratio, reduce: "fc1", expand: "fc2") { roundedChannels($0, divisor: divisor, limit: 0) }
  }
}
