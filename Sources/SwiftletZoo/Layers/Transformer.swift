public import SwiftletGraph
import SwiftletOps

/// Self-attention with queries, keys and values from one projection: `qkv`, then `proj`.
///
/// On tokens `[batch, tokens, size]`. Vaswani et al., NeurIPS 2017, §3.2; names: timm's `Attention`.
public struct SelfAttention: Layer {
  var heads: Int
  /// Of the projection to queries, keys and values.
  var bias: Bool
  public init(heads: Int, bias: Bool = true) { (self.heads, self.bias) = (heads, bias) }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let size = x.shape[2]
    let qkv = x.scoped("qkv", Linear(3 * size, bias: bias))
    let (q, k, v) = (qkv.part(0, size), qkv.part(1, size), qkv.part(2, size))
    let scale = 1 / Float(size / heads).squareRoot()
    return q.apply(Attention(heads: heads, scale: scale), k, v).scoped("proj", Linear(size))
  }
}

/// Attention and a perceptron of two layers, each behind a normalisation and beside a shortcut.
///
/// Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021, figure 1; names: timm's `Block`.
public struct TransformerBlock: Layer {
  var heads: Int
  /// The hidden size of the perceptron, as a multiple of the size of a token.
  var expansion: Int
  var epsilon: Float
  var activation: Activation

  public init(heads: Int, expansion: Int = 4, epsilon: Float = 1e-6, _ activation: Activation = .gelu) {
    (self.heads, self.expansion, self.epsilon, self.activation) = (heads, expansion, epsilon, activation)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let size = x.shape[2]
    let mixed = x + x.scoped("norm1", LayerNorm(epsilon: epsilon)).scoped("attn", SelfAttention(heads: heads))
    return mixed
      + mixed.scoped("norm2", LayerNorm(epsilon: epsilon))
      .scoped("mlp", Perceptron(size * expansion, activation))
  }
}

/// Two linear layers on tokens, `hidden` wide between them. Names: timm's `fc1`, `fc2`.
public struct Perceptron: Layer {
  var hidden: Int
  var activation: Activation
  public init(_ hidden: Int, _ activation: Activation = .gelu) { (self.hidden, self.activation) = (hidden, activation) }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    activation(x.scoped("fc1", Linear(hidden))).scoped("fc2", Linear(x.shape[x.shape.rank - 1]))
  }
}

extension Tensor {
  /// The `i`-th part of `size` elements of the last dimension of tokens `[batch, tokens, …]`.
  func part(_ i: Int, _ size: Int) -> Tensor {
    apply(Slice(axis: 2, start: i * size, end: (i + 1) * size))
  }
}
