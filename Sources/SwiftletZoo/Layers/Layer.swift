public import SwiftletGraph

/// A function on symbolic values. Its parameters take the name of the scope it is applied in.
public protocol Layer {
  func callAsFunction(_ x: Tensor) -> Tensor
}

/// A layer whose output is noted as a feature map.
struct FeatureLayer: Layer {
  let layer: any Layer
  func callAsFunction(_ x: Tensor) -> Tensor { layer(x).asFeature() }
}

extension Layer {
  /// The layer with its output noted as a feature map: the last one of each scale counts.
  func asFeature() -> any Layer { FeatureLayer(layer: self) }
}

/// Collects layers into a chain; `if` and `for` work as usual.
@resultBuilder public enum ChainBuilder {
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
  public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
  public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
  public static func buildEither(first: [any Layer]) -> [any Layer] { first }
  public static func buildEither(second: [any Layer]) -> [any Layer] { second }
  public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}

/// Layers one after another; the n-th is named "n", as in `torch.nn.Sequential`.
public struct Sequential: Layer {
  let layers: [any Layer]

  public init(@ChainBuilder _ layers: () -> [any Layer]) { self.layers = layers() }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    layers.enumerated().reduce(x) { x, item in x.scoped("\(item.offset)", item.element) }
  }
}

extension Tensor {
  /// `layer` applied with `name` as a further component of the names of its parameters.
  public func scoped(_ name: String, _ layer: some Layer) -> Tensor { scoped(name) { layer($0) } }

  /// A chain applied under `name`; the n-th layer is named "n".
  public func through(_ name: String, @ChainBuilder _ layers: () -> [any Layer]) -> Tensor {
    scoped(name, Sequential(layers))
  }
}
