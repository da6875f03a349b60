public import SwiftletGraph
import SwiftletOps

/// Each channel of a map times a learned factor, `gamma`.
///
/// Touvron et al., "Going deeper with Image Transformers", ICCV 2021, equation 4.
public struct LayerScale: Layer {
  public init() {}
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x * x.parameter("gamma", [x.channels]).reshaped([x.channels, 1, 1])
  }
}
