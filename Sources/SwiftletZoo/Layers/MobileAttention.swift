import SwiftletGraph
import SwiftletOps

/// Attention behind a normalisation and beside a shortcut. Names: timm's `norm`, `attn`, `layer_scale`.
struct MobileAttention: Layer {
  let attention: MultiQueryAttention
  let scale: LayerScale?
  let style: Style

  func callAsFunction(_ x: Tensor) -> Tensor {
    let y = x.scoped("norm", style.norm).scoped("attn", attention)
    return x + (scale.map { y.scoped("layer_scale", $0) } ?? y)
  }
}

/// Mobile MQA: all heads ask the same keys and values, which may be taken from a smaller map.
///
/// Names: timm's `query`, `key`, `value`, `output`, each with `proj`, and with `down_conv` and `norm` where it shrinks.
struct MultiQueryAttention: Layer {
  let heads: Int
  /// Of a key and of a value.
  let size: Int
  /// Of the map of keys and values.
  let stride: Int

  func callAsFunction(_ x: Tensor) -> Tensor {
    let (n, pixels) = (x.shape[0], x.height * x.width)
    let queries = x.scoped("query") { $0.scoped("proj", Conv2D(heads * size, 1)) }
      .reshaped([n, heads, size, pixels]).transposed([0, 1, 3, 2]).reshaped([n, heads * pixels, size])
    let keys = x.scoped("key", shared)
    let values = x.scoped("value", shared)
    let answers = queries.apply(Attention(heads: 1, scale: 1 / Float(size).squareRoot()), keys, values)
    let map = answers.reshaped([n, heads, pixels, size]).transposed([0, 1, 3, 2])
      .reshaped([n, heads * size, x.height, x.width])
    return map.scoped("output") { $0.scoped("proj", Conv2D(x.channels, 1)) }
  }

  /// Keys or values `[batch, tokens, size]`.
  private func shared(_ x: Tensor) -> Tensor {
    var y = x
    if stride > 1 { y = y.scoped("down_conv", Depthwise(3, stride: stride)).scoped("norm", BatchNorm()) }
    y = y.scoped("proj", Conv2D(size, 1))
    return y.reshaped([y.shape[0], size, y.height * y.width]).transposed([0, 2, 1])
  }
}
