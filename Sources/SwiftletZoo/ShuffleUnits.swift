import SwiftletGraph
import SwiftletOps

/// The units that megvii-model/ShuffleNet-Series builds ShuffleNet V2 and the networks searched on it from.
///
/// Half the channels pass by, the others are filtered; with stride 2 both branches filter all channels. Channels are
/// shuffled at the input: the even ones pass by. Ma et al., ECCV 2018, figures 3c and 3d.
struct ShuffleUnit: Layer {
  enum Branch: Sendable {
    /// Pointwise, depthwise, pointwise.
    case plain
    /// The plain branch behind a depthwise convolution that widens the view: "ShuffleNet V2*", §4.
    case wide
    /// Three times depthwise and pointwise: the "Xception" choice of Guo et al., ECCV 2020, §3.4.
    case xception
  }

  let out: Int
  let stride: Int
  var kernel = 3
  var branch = Branch.plain
  /// Channels inside the branch for each of the half that comes out.
  var expansion = 1.0
  var activation = Activation.relu
  var squeeze: PlainSqueezeExcite?

  func callAsFunction(_ x: Tensor) -> Tensor {
    let (even, odd) = stride == 1 ? x.alternating : (x, x)
    let filtered = odd.through("branch_main") { layers(odd.channels) }
    return concat(stride == 1 ? even : projected(x), filtered)
  }

  /// The branch that filters, from `count` channels to what the others leave of `out`.
  @ChainBuilder func layers(_ count: Int) -> [any Layer] {
    let middle = Int(Double(out / 2) * expansion)
    switch branch {
    case .plain, .wide:
      if branch == .wide { filter(3, 1) }
      pointwise(middle)
      filter(kernel, stride)
      pointwise(out - count)
    case .xception:
      filter(3, stride)
      pointwise(middle)
      filter(3, 1)
      pointwise(middle)
      filter(3, 1)
      pointwise(out - count)
    }
    if let squeeze { squeeze }
  }

  @ChainBuilder func filter(_ kernel: Int, _ stride: Int) -> [any Layer] {
    Depthwise(kernel, stride: stride)
    BatchNorm()
  }

  @ChainBuilder func pointwise(_ out: Int) -> [any Layer] {
    Conv2D(out, 1)
    BatchNorm()
    activation
  }

  func projected(_ x: Tensor) -> Tensor {
    x.through("branch_proj") {
      filter(branch == .xception ? 3 : kernel, stride)
      pointwise(x.channels)
    }
  }
}

extension Tensor {
  /// Channels 0, 2, 4, … and channels 1, 3, 5, …
  var alternating: (even: Tensor, odd: Tensor) {
    (
      apply(Slice(axis: 1, start: 0, end: channels, step: 2)),
      apply(Slice(axis: 1, start: 1, end: channels, step: 2))
    )
  }
}

/// Squeeze-and-excitation without biases, normalised behind the squeeze. Names: `SE_opr.1`, `SE_opr.2`, `SE_opr.4`.
struct PlainSqueezeExcite: Layer {
  func callAsFunction(_ x: Tensor) -> Tensor {
    x
      * x.globalAveragePooled.scoped("SE_opr") {
        $0.scoped("1", Conv2D(x.channels / 4, 1)).scoped("2", BatchNorm()).relu.scoped("4", Conv2D(x.channels, 1))
      }.hardSigmoid
  }
}
