public import SwiftletGraph
import SwiftletOps

/// A stem, stages of blocks and a head: the shape that mobile networks share since MobileNetV2.
///
/// Names: timm's `conv_stem`, `bn1`, `blocks.S.B` for block B of stage S, `conv_head`, `bn2`, `classifier`.
public struct StagedNetwork: Layer {
  /// What stands between the last stage and the classifier.
  public enum Head: Hashable, Sendable {
    /// The mean of each map.
    case pooling
    /// A pointwise convolution with normalisation, then the mean.
    case convolution(Int)
    /// The mean, then a pointwise convolution without normalisation: "efficient last stage" of MobileNetV3, figure 5.
    case efficient(Int, bias: Bool)
    /// The same as a linear layer.
    case linear(Int)
    /// The mean, then a pointwise convolution with normalisation, `norm_head`: MobileNetV4's.
    case normalized(Int)
  }

  var stem: Int
  var stemKernel: Int
  var stages: [[any Layer]]
  var head: Head
  var style: Style
  var dropout: Double
  var classes: Int

  /// - Parameters:
  ///   - stem: channels of the first convolution, of stride 2.
  ///   - dropout: before the classifier.
  ///   - classes: 0 gives pooled features.
  public init(
    stem: Int, kernel stemKernel: Int = 3, stages: [[any Layer]], head: Head, style: Style, dropout: Double = 0,
    classes: Int
  ) {
    (self.stem, self.stemKernel, self.stages) = (stem, stemKernel, stages)
    (self.head, self.style, self.dropout, self.classes) = (head, style, dropout, classes)
  }

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let x = features(image)
    let pooled =
      switch head {
      case .pooling: x.globalAveragePooled
      case .convolution(let width):
        x.scoped("conv_head", style.conv(width, 1)).scoped("bn2", style.normActivation).globalAveragePooled
      case .efficient(let width, let bias):
        style.activation(x.globalAveragePooled.scoped("conv_head", Conv2D(width, 1, bias: bias)))
      case .linear(let width):
        style.activation(x.globalAveragePooled.flattened.scoped("conv_head", Linear(width)))
      case .normalized(let width):
        x.globalAveragePooled.scoped("conv_head", Conv2D(width, 1)).scoped("norm_head", style.normActivation)
      }
    let vector = pooled.flattened
    return (dropout > 0 ? DropoutLayer(dropout)(vector) : vector).classified("classifier", classes)
  }

  private func features(_ image: Tensor) -> Tensor {
    let stem = image.scoped("conv_stem", style.conv(stem, stemKernel, stride: 2)).scoped("bn1", style.normActivation)
    return stem.asFeature().through("blocks") {
      for blocks in stages { Sequential { for block in blocks { block.asFeature() } } }
    }
  }
}
