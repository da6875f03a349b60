public import SwiftletGraph

/// The pointwise kernel `[channels, channels / group, 1, 1]` that multiplies each channel by its factor: `[channels]` as
/// the diagonal of a matrix, of one matrix for each group. No operator of ONNX; folded before export.
public struct DiagonalKernel: Op {
  public static let name = "DiagonalKernel"
  public static let samples = [
    Sample(DiagonalKernel(), [[5]]), Sample(DiagonalKernel(group: 3), [[6]]), Sample(DiagonalKernel(group: 4), [[4]]),
  ]
  public var group: Int
  public init(group: Int = 1) { self.group = group }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, inputs[0].rank == 1, group > 0, inputs[0][0] % group == 0 else {
      throw GraphError("expects factors [channels] that \(group) groups divide, found \(inputs)")
    }
    return [inputs[0][0], inputs[0][0] / group, 1, 1]
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let size = inputs[0].shape[0] / group
    return NDArray([inputs[0].shape[0], size, 1, 1]) { i in
      let (out, input) = (i / size, i % size)
      return out % size == input ? inputs[0].scalars[out] : 0
    }
  }
}
