public import SwiftletGraph

/// Scaled dot-product attention: softmax(q · kᵀ · scale) · v for each head.
///
/// q, k and v are `[batch, tokens, heads · size]`, heads outermost in the last dimension; k and v have as many tokens. Vaswani et
/// al., NeurIPS 2017, §3.2.
public struct Attention: Op {
  public static let name = "Attention"
  public static let samples = [
    Sample(Attention(heads: 4, scale: 0.5), [[2, 9, 24], [2, 9, 24], [2, 9, 24]]),
    Sample(Attention(heads: 2, scale: 0.2), [[1, 20, 34], [1, 7, 34], [1, 7, 10]]),
    Sample(Attention(heads: 1, scale: 0.1), [[2, 70, 32], [2, 300, 32], [2, 300, 16]]),
  ]
  /// ONNX's `q_num_heads` and `kv_num_heads`.
  public var heads: Int
  public var scale: Float

  public init(heads: Int, scale: Float) {
    self.heads = heads
    self.scale = scale
  }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 3, inputs.allSatisfy({ $0.rank == 3 && heads > 0 && $0[2] % heads == 0 }),
      inputs[0][2] == inputs[1][2], inputs[1][1] == inputs[2][1], inputs[0][0] == inputs[1][0],
      inputs[0][0] == inputs[2][0]
    else { throw GraphError("expects q, k, v [batch, tokens, \(heads) · size], found \(inputs)") }
    let scores: Shape = [inputs[0][0], heads, inputs[0][1], inputs[1][1]]
    guard scores.isValid else {
      throw GraphError("the attention scores would be \(scores), more than \(Shape.limit); use fewer tokens")
    }
    return [inputs[0][0], inputs[0][1], inputs[2][2]]
  }

  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost {
    let pairs = inputs[0][0] * inputs[0][1] * inputs[1][1]
    return Cost(multiplyAdds: pairs * (inputs[0][2] + inputs[2][2]), moving: inputs, output)
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    func headsFirst(_ x: NDArray) -> NDArray {
      let size = x.shape[2] / heads
      let split = x.reshaped([x.shape[0], x.shape[1], heads, size])
      return Transpose([0, 2, 1, 3]).reference([split])
    }
    let (q, k, v) = (headsFirst(inputs[0]), headsFirst(inputs[1]), headsFirst(inputs[2]))
    var scores = MatMul().reference([q, Transpose([0, 1, 3, 2]).reference([k])])
    for i in scores.scalars.indices { scores.scalars[i] *= scale }
    let mixed = MatMul().reference([Softmax().reference([scores]), v])
    let merged = Transpose([0, 2, 1, 3]).reference([mixed])
    return merged.reshaped([merged.shape[0], merged.shape[1], merged.shape[2] * merged.shape[3]])
  }
}
