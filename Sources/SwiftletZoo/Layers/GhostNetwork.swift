import SwiftletGraph
import SwiftletOps

/// What the networks of the GhostNet line share: a stem, bottlenecks by a table, a last convolution, an efficient head.
///
/// Names: timm's `conv_stem`, `bn1`, `blocks.S.B`, `conv_head`, `classifier`. Feature maps are timm's too: the first
/// convolution before its normalisation, then the blocks that stride.
struct GhostNetwork: Layer {
  /// A block: kernel k, expanded channels t, channels c, squeeze-and-excitation, stride s.
  typealias Line = (k: Int, t: Int, c: Int, excited: Bool, s: Int)

  let width: Double
  /// One group per stage.
  let table: [[Line]]
  let classes: Int
  /// Makes the block of a line with widths scaled, the `index`-th of the network.
  let block: (_ line: Line, _ index: Int) -> any Layer

  func callAsFunction(_ image: Tensor) -> Tensor {
    let style = Style(.relu)
    var index = 0
    let stages = table.map { lines in
      lines.map { line in
        defer { index += 1 }
        let layer = block((line.k, scaled(line.t), scaled(line.c), line.excited, line.s), index)
        return line.s > 1 ? layer.asFeature() : layer
      }
    }
    let last = ConvBlock(scaled(960), kernel: 1, stride: 1, style: style)
    let stem = image.scoped("conv_stem", Conv2D(scaled(16), 3, stride: 2)).asFeature()
    let features = stem.scoped("bn1", style.normActivation).through("blocks") {
      for stage in stages + [[last]] { Sequential { for block in stage { block } } }
    }
    let pooled = features.globalAveragePooled.scoped("conv_head", Conv2D(1280, 1, bias: true)).relu.flattened
    return DropoutLayer(0.2)(pooled).classified("classifier", classes)
  }

  private func scaled(_ channels: Int) -> Int { roundedChannels(Double(channels) * width, divisor: 4) }
}

/// A module widens, a second one narrows without activation, beside a shortcut (Han et al., CVPR 2020, figure 3).
///
/// Names: timm's `ghost1`, `se`, `ghost2`, `shortcut`; a strided block has a filter between the modules.
struct GhostBottleneck: Layer {
  let line: GhostNetwork.Line
  let widen: any Layer
  let narrow: any Layer
  let filter: any Layer

  init(
    _ line: GhostNetwork.Line, widen: any Layer, narrow: any Layer,
    filter: (GhostNetwork.Line) -> any Layer = Filter.init
  ) {
    (self.line, self.widen, self.narrow, self.filter) = (line, widen, narrow, filter(line))
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    var y = x.scoped("ghost1") { widen($0) }
    if line.s > 1 { y = filter(y) }
    if line.excited {
      y = y.scoped("se", SqueezeExcite(0.25, gate: .hardSigmoid) { roundedChannels($0, divisor: 4) })
    }
    return y.scoped("ghost2") { narrow($0) } + shortcut(x)
  }

  private func shortcut(_ x: Tensor) -> Tensor {
    if line.s == 1 && x.channels == line.c { return x }
    return x.through("shortcut") {
      Depthwise(line.k, stride: line.s)
      BatchNorm()
      Conv2D(line.c, 1)
      BatchNorm()
    }
  }

  /// Names: `conv_dw`, `bn_dw`.
  struct Filter: Layer {
    let line: GhostNetwork.Line
    func callAsFunction(_ x: Tensor) -> Tensor {
      x.scoped("conv_dw", Depthwise(line.k, stride: line.s)).scoped("bn_dw", BatchNorm())
    }
  }
}
