public import SwiftletGraph
import SwiftletOps

extension Family {
  public static let fasterNet = Family(
    "FasterNet", year: 2023,
    paper: "Run, Don't Walk: Chasing Higher FLOPS for Faster Neural Networks, Chen et al., CVPR 2023",
    url: "https://arxiv.org/abs/2303.03667", reference: "timm fasternet_t0",
    licence: "Apache-2.0, after code under the MIT licence",
    idea: """
      Partial convolution: a 3×3 filter works on a quarter of the channels and leaves the others as they are, which \
      saves memory traffic where a depthwise filter only saves multiply-adds; two 1×1 convolutions mix them all.
      """,
    block: .init("fasternet_t0", "stages.1.blocks.1"),
    dialects: [FasterNet.authors],
    models: FasterNet.table.map { row in
      Model(timm: row.name, .square(224, crop: 1), top1: (row.top1, "in1k")) {
        FasterNet(width: row.width, blocks: row.blocks, activation: row.activation, classes: $0)
      }
    })
}

/// FasterNet: Run, Don't Walk: Chasing Higher FLOPS for Faster Neural Networks.
///
/// Chen et al., CVPR 2023, https://arxiv.org/abs/2303.03667. Names: timm `fasternet_t0`.
public struct FasterNet: Layer {
  /// Of the first stage; each further one has twice as many channels.
  public var width = 40
  /// Of each stage.
  public var blocks = [1, 2, 8, 2]
  public var activation = Activation.gelu
  public var classes = 1000

  /// Table 9.
  static let table: [(name: String, width: Int, blocks: [Int], activation: Activation, top1: Double)] = [
    ("fasternet_t0", 40, [1, 2, 8, 2], .gelu, 71.732),
    ("fasternet_t1", 64, [1, 2, 8, 2], .gelu, 75.922),
    ("fasternet_t2", 96, [1, 2, 8, 2], .relu, 78.738),
    ("fasternet_s", 128, [1, 2, 13, 2], .relu, 81.328),
    ("fasternet_m", 144, [3, 4, 18, 3], .relu, 82.848),
    ("fasternet_l", 192, [3, 4, 18, 3], .relu, 83.516),
  ]

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let patches = image.scoped("patch_embed", Merging(name: "proj", out: width, size: 4))
    let features = patches.through("stages") {
      for i in 0..<4 {
        Stage(width: width << i, merges: i > 0, blocks: blocks[i], activation: activation).asFeature()
      }
    }
    let pooled = features.globalAveragePooled.scoped("conv_head", Conv2D(1280, 1))
    return activation(pooled).flattened.classified("classifier", classes)
  }

  /// https://github.com/JierunChen/FasterNet.
  static let authors = Dialect(
    "the authors'",
    [
      "stages.0": "stages.0", "stages.1.downsample": "stages.1", "stages.1": "stages.2",
      "stages.2.downsample": "stages.3",
      "stages.2": "stages.4", "stages.3.downsample": "stages.5", "stages.3": "stages.6",
      "conv_head": "avgpool_pre_head.1", "classifier": "head",
    ])

  /// Squares of pixels become one (figure 4, "Embedding" and "Merging").
  struct Merging: Layer {
    let name: String
    let out: Int
    let size: Int

    func callAsFunction(_ x: Tensor) -> Tensor {
      x.scoped(name, Conv2D(out, size, stride: size, padding: .valid)).scoped("norm", BatchNorm())
    }
  }

  /// The reference lists the blocks before the merging that feeds them.
  struct Stage: Layer {
    let width: Int
    let merges: Bool
    let blocks: Int
    let activation: Activation

    func callAsFunction(_ x: Tensor) -> Tensor {
      let chain = Sequential { for _ in 0..<blocks { Block(activation: activation) } }
      x.declare("blocks", channels: width, chain)
      let merged = merges ? x.scoped("downsample", Merging(name: "reduction", out: width, size: 2)) : x
      return merged.scoped("blocks", chain)
    }
  }

  /// A filter on a quarter of the channels ("PConv", figure 4), then two pointwise convolutions; the reference lists these
  /// first.
  struct Block: Layer {
    let activation: Activation

    func callAsFunction(_ x: Tensor) -> Tensor {
      let mixing = Sequential {
        Conv2D(2 * x.channels, 1)
        BatchNorm()
        activation
        Conv2D(x.channels, 1)
      }
      x.declare("mlp", channels: x.channels, mixing)
      let quarter = x.channels / 4
      let filtered = x[channels: 0..<quarter].scoped("spatial_mixing.partial_conv3", Conv2D(quarter, 3))
      return x + concat(filtered, x[channels: quarter..<x.channels]).scoped("mlp", mixing)
    }
  }
}
