public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let ghostNet = Family(
    "GhostNet", year: 2020,
    paper: "GhostNet: More Features from Cheap Operations, Han et al., CVPR 2020",
    url: "https://arxiv.org/abs/1911.11907", reference: "timm ghostnet_100", licence: "Apache-2.0",
    models: [
      Model("ghostnet_050") { GhostNet(width: 0.5, classes: $0) },
      Model("ghostnet_100", top1: 73.958, top1Source: "timm results-imagenet.csv, in1k") {
        GhostNet(width: 1, classes: $0)
      },
      Model("ghostnet_130") { GhostNet(width: 1.3, classes: $0) },
    ])
}

/// GhostNet: More Features from Cheap Operations.
///
/// Han et al., CVPR 2020, https://arxiv.org/abs/1911.11907. Names: timm `ghostnet_100`.
public struct GhostNet: Layer {
  public var width = 1.0
  public var classes = 1000

  /// Table 1: kernel k, expansion t, channels c, squeeze-and-excitation, stride s; one group per stage.
  static let table: [[(k: Int, t: Int, c: Int, excited: Bool, s: Int)]] = [
    [(3, 16, 16, false, 1)],
    [(3, 48, 24, false, 2)],
    [(3, 72, 24, false, 1)],
    [(5, 72, 40, true, 2)],
    [(5, 120, 40, true, 1)],
    [(3, 240, 80, false, 2)],
    [
      (3, 200, 80, false, 1), (3, 184, 80, false, 1), (3, 184, 80, false, 1), (3, 480, 112, true, 1),
      (3, 672, 112, true, 1),
    ],
    [(5, 672, 160, true, 2)],
    [(5, 960, 160, false, 1), (5, 960, 160, true, 1), (5, 960, 160, false, 1), (5, 960, 160, true, 1)],
  ]

  /// `channels` at this network's width.
  func scaled(_ channels: Int) -> Int { roundedChannels(Double(channels) * width, divisor: 4) }

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stem = image.scoped("conv_stem", Conv2D(scaled(16), 3, stride: 2)).scoped("bn1", BatchNorm()).relu
    let features = stem.through("blocks") {
      for stage in Self.table {
        Sequential {
          for (k, t, c, excited, s) in stage {
            Bottleneck(out: scaled(c), hidden: scaled(t), kernel: k, excited: excited, stride: s)
          }
        }
      }
      Sequential { LastConvolution(out: scaled(960)) }
    }
    let pooled = features.globalAveragePooled.scoped("conv_head", Conv2D(1280, 1, bias: true)).relu.flattened
    return DropoutLayer(0.2)(pooled).classified("classifier", classes)
  }

  struct LastConvolution: Layer {
    let out: Int
    func callAsFunction(_ x: Tensor) -> Tensor {
      x.scoped("conv", Conv2D(out, 1)).scoped("bn1", BatchNorm()).relu
    }
  }

  /// A ghost module widens, a second one narrows without activation (figure 3).
  struct Bottleneck: Layer {
    let out: Int
    let hidden: Int
    let kernel: Int
    let excited: Bool
    let stride: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      var y = x.scoped("ghost1", GhostModule(out: hidden, activation: .relu))
      if stride > 1 {
        y = y.scoped("conv_dw", Depthwise(kernel, stride: stride)).scoped("bn_dw", BatchNorm())
      }
      if excited { y = y.scoped("se", SqueezeExcitation()) }
      return y.scoped("ghost2", GhostModule(out: out, activation: .none)) + shortcut(x)
    }

    func shortcut(_ x: Tensor) -> Tensor {
      if stride == 1 && x.channels == out { return x }
      return x.through("shortcut") {
        Depthwise(kernel, stride: stride)
        BatchNorm()
        Conv2D(out, 1)
        BatchNorm()
      }
    }
  }

  /// Half the maps by convolution, their ghosts by a cheap filter of each (figure 2b).
  struct GhostModule: Layer {
    let out: Int
    let activation: Activation

    func callAsFunction(_ x: Tensor) -> Tensor {
      let primary = x.through("primary_conv") {
        Conv2D((out + 1) / 2, 1)
        BatchNorm()
        activation
      }
      let ghosts = primary.through("cheap_operation") {
        Depthwise(3)
        BatchNorm()
        activation
      }
      let both = concat(primary, ghosts)
      return both.channels == out ? both : both[channels: 0..<out]
    }
  }

  /// Each channel is scaled by what a quarter as many channels know of all (Hu et al., CVPR 2018, figure 1).
  struct SqueezeExcitation: Layer {
    func callAsFunction(_ x: Tensor) -> Tensor {
      let squeezed = roundedChannels(Double(x.channels) / 4, divisor: 4)
      let scale = x.globalAveragePooled
        .scoped("conv_reduce", Conv2D(squeezed, 1, bias: true)).relu
        .scoped("conv_expand", Conv2D(x.channels, 1, bias: true)).hardSigmoid
      return x * scale
    }
  }
}
