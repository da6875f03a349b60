public import SwiftletGraph

/// The same scalars under another shape.
public struct Reshape: Op {
  public static let name = "Reshape"
  public static let samples = [
    Sample(Reshape([2, 15, 4]), [[2, 5, 3, 4]]), Sample(Reshape([2, 4, 3, 5]), [[2, 12, 5]]),
  ]
  public var extents: Shape
  public init(_ extents: Shape) { self.extents = extents }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, extents.isValid, extents.elementCount == inputs[0].elementCount else {
      throw GraphError("\(inputs) does not hold as many elements as \(extents)")
    }
    return extents
  }

  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost { Cost() }
  public func reference(_ inputs: [NDArray]) -> NDArray { inputs[0].reshaped(extents) }
}

/// All dimensions from `axis` on as one.
public struct Flatten: Op {
  public static let name = "Flatten"
  public static let samples = [Sample(Flatten(), [[2, 5, 3, 4]]), Sample(Flatten(), [[1, 40, 1, 1]])]
  public var axis: Int
  public init(axis: Int = 1) { self.axis = axis }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, axis >= 0, axis <= inputs[0].rank else { throw GraphError("no axis \(axis) in \(inputs)") }
    return [inputs[0][..<axis].reduce(1, *), inputs[0][axis...].reduce(1, *)]
  }

  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost { Cost() }
  public func reference(_ inputs: [NDArray]) -> NDArray { inputs[0].reshaped(try! shape([inputs[0].shape])) }
}

/// Dimensions in another order: dimension i of the output is dimension `permutation[i]` of the input.
public struct Transpose: Op {
  public static let name = "Transpose"
  public static let samples = [
    Sample(Transpose([0, 2, 1]), [[2, 5, 7]]), Sample(Transpose([0, 3, 1, 2]), [[2, 3, 4, 5]]),
    Sample(Transpose([2, 0, 3, 1]), [[2, 18, 4, 5]]), Sample(Transpose([0, 1, 3, 2]), [[2, 18, 17, 9]]),
    Sample(Transpose([1, 0, 2]), [[3, 5, 20]]), Sample(Transpose([0, 2, 3, 1]), [[2, 20, 4, 5]]),
    Sample(Transpose([0, 2, 1]), [[1, 33, 18]]), Sample(Transpose([0, 3, 5, 2, 4, 1]), [[2, 20, 3, 2, 4, 2]]),
    Sample(Transpose([1, 0]), [[17, 20]]),
  ]
  public var permutation: [Int]
  public init(_ permutation: [Int]) { self.permutation = permutation }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, permutation.sorted() == Array(0..<inputs[0].rank) else {
      throw GraphError("\(permutation) is not an order of the dimensions of \(inputs)")
    }
    return Shape(permutation.map { inputs[0][$0] })
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let x = inputs[0]
    let out = try! shape([x.shape])
    let steps = permutation.map { x.shape.strides[$0] }
    let outer = out.strides
    return NDArray(out) { i in
      var position = 0
      for d in 0..<out.rank { position += i / outer[d] % out[d] * steps[d] }
      return x.scalars[position]
    }
  }
}

/// Blocks of channels become squares of pixels, channels outermost (mode CRD): PixelShuffle. Shi et al., CVPR 2016.
public struct DepthToSpace: Op {
  public static let name = "DepthToSpace"
  public static let samples = [Sample(DepthToSpace(blockSize: 2), [[2, 12, 3, 4]])]
  public var blockSize: Int
  public init(blockSize: Int) { self.blockSize = blockSize }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, inputs[0].rank == 4, blockSize > 0, blockSize <= inputs[0][1],
      inputs[0][1] % (blockSize * blockSize) == 0
    else {
      throw GraphError("blocks of \(blockSize)x\(blockSize) do not divide the channels of \(inputs)")
    }
    let x = inputs[0]
    return [x[0], x[1] / (blockSize * blockSize), x[2] * blockSize, x[3] * blockSize]
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let (x, b) = (inputs[0], blockSize)
    let out = try! shape([x.shape])
    return NDArray(out) { i in
      let (ox, oy) = (i % out[3], i / out[3] % out[2])
      let (c, n) = (i / (out[3] * out[2]) % out[1], i / (out[3] * out[2] * out[1]))
      return x[n, (c * b + oy % b) * b + ox % b, oy / b, ox / b]
    }
  }
}

extension Tensor {
  public func reshaped(_ shape: Shape) -> Tensor { apply(Reshape(shape)) }
  public func transposed(_ permutation: [Int]) -> Tensor { apply(Transpose(permutation)) }
  /// `[batch, everything else]`.
  public var flattened: Tensor { apply(Flatten()) }
  public func pixelShuffled(_ factor: Int) -> Tensor { apply(DepthToSpace(blockSize: factor)) }
}
