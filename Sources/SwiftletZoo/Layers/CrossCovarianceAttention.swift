import SwiftletGraph
import SwiftletOps

/// Attention between channels: their products over all pixels weigh them. El-Nouby et al., "XCiT", NeurIPS 2021, §3.2.
struct CrossCovarianceAttention: Layer {
  let heads: Int

  func callAsFunction(_ x: Tensor) -> Tensor {
    let (batch, pixels, size) = (x.shape[0], x.shape[1], x.shape[2])
    let temperature = x.parameter("temperature", [heads, 1, 1])
    let qkv = x.scoped("qkv", Linear(3 * size))
    func channels(_ i: Int) -> Tensor { qkv.part(i, size).transposed([0, 2, 1]) }
    let rows: Shape = [batch * heads, size / heads, pixels]
    let q = channels(0).unitLength.reshaped([batch, heads, size / heads, pixels]) * temperature
    let attended = q.reshaped(rows)
      .apply(Attention(heads: 1, scale: 1), channels(1).unitLength.reshaped(rows), channels(2).reshaped(rows))
    return attended.reshaped([batch, size, pixels]).transposed([0, 2, 1]).scoped("proj", Linear(size))
  }
}
