public import SwiftletGraph

/// Convolution and batch normalisation, named `c` and `bn`: LeViT's names, which RepViT and SHViT kept.
public struct ConvNorm: Layer {
  var convolution: Conv2D

  public init(_ convolution: Conv2D) { self.convolution = convolution }
  public init(_ out: Int, _ kernel: Int = 1, stride: Int = 1) { self.init(Conv2D(out, kernel, stride: stride)) }

  public func callAsFunction(_ x: Tensor) -> Tensor { x.scoped("c", convolution).scoped("bn", BatchNorm()) }
}

/// Batch normalisation and a classifier on pooled features `[batch, features]`, named `bn` and `l`.
struct NormLinear: Layer {
  let classes: Int
  func callAsFunction(_ x: Tensor) -> Tensor { x.scoped("bn", BatchNorm()).scoped("l", Linear(classes)) }
}
