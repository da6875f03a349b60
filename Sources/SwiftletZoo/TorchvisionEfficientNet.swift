public import SwiftletGraph
import SwiftletOps

/// EfficientNet under the names of torchvision's `efficientnet_b*`.
public struct TorchvisionEfficientNet: Layer {
  var scaling: Scaling
  var dropout: Double
  var style: Style
  var classes: Int

  public init(_ scaling: Scaling, dropout: Double, style: Style = Style(.silu), classes: Int = 1000) {
    (self.scaling, self.dropout, self.style, self.classes) = (scaling, dropout, style, classes)
  }

  public func callAsFunction(_ image: Tensor) -> Tensor {
    let stages = EfficientNet.table.map { t, k, c, n, s in
      [
        Repeated(n, stride: s) {
          TorchvisionMBConv(
            scaling.channels(c), kernel: k, stride: $0, expansion: t,
            squeeze: SqueezeExcite(0.25 / t, style.activation, reduce: "fc1", expand: "fc2"), style: style)
        }
      ]
    }
    let last = 4 * scaling.channels(320)
    let features = image.through("features") {
      ConvNormActivation(scaling.channels(32), 3, stride: 2, epsilon: style.epsilon, style.activation)
      for blocks in scaling.blocks(stages) { Sequential { for block in blocks { block.asFeature() } } }
      ConvNormActivation(last, 1, epsilon: style.epsilon, style.activation)
    }
    return features.globalAveragePooled.flattened.scoped("classifier") {
      DropoutLayer(dropout)($0).classified("1", classes)
    }
  }
}
