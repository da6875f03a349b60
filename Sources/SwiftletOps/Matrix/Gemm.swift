public import SwiftletGraph

/// A linear layer: x `[…, in]` times the transpose of the weight `[out, in]`, plus an optional bias `[out]`.
///
/// ONNX's Gemm with `transB = 1`; more than one leading dimension is flattened on export.
public struct Gemm: Op {
  public static let name = "Gemm"
  public static let samples = [
    Sample(Gemm(), [[2, 37], [20, 37], [20]]), Sample(Gemm(), [[1, 64], [1000, 64], [1000]]),
    Sample(Gemm(), [[2, 9, 24], [40, 24], [40]]), Sample(Gemm(), [[3, 5], [7, 5]]),
  ]
  public init() {}

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 2 || inputs.count == 3, let size = inputs[0].last, inputs[1].rank == 2 else {
      throw GraphError("expects x [..., in], weight [out, in] and perhaps a bias, found \(inputs)")
    }
    guard inputs[1][1] == size else {
      throw GraphError("the weight is \(inputs[1]), expected [\(inputs[1][0]), \(size)]")
    }
    if inputs.count == 3, inputs[2] != [inputs[1][0]] {
      throw GraphError("the bias is \(inputs[2]), expected [\(inputs[1][0])]")
    }
    return Shape(inputs[0].dropLast() + [inputs[1][0]])
  }

  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost {
    Cost(multiplyAdds: output.elementCount * inputs[1][1], moving: inputs, output)
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let (x, w) = (inputs[0], inputs[1])
    let (outs, ins) = (w.shape[0], w.shape[1])
    return NDArray(try! shape(inputs.map(\.shape))) { i in
      let (row, o) = (i / outs * ins, i % outs)
      var sum = inputs.count == 3 ? Double(inputs[2].scalars[o]) : 0
      for k in 0..<ins { sum += Double(x.scalars[row + k]) * Double(w.scalars[o * ins + k]) }
      return Float(sum)
    }
  }
}
