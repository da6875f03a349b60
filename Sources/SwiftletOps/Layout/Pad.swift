public import SwiftletGraph

/// A feature map with rows and columns of a constant around it.
public struct Pad: Op {
  public static let name = "Pad"
  public static let samples = [
    Sample(Pad(Pads(top: 1, left: 0, bottom: 2, right: 3)), [[2, 5, 3, 4]]),
    Sample(Pad(Pads(1), value: -1), [[1, 17, 4, 4]]),
  ]
  public var pads: Pads
  public var value: Float

  public init(_ pads: Pads, value: Float = 0) {
    self.pads = pads
    self.value = value
  }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, inputs[0].rank == 4 else { throw GraphError("expects one map, found \(inputs)") }
    guard pads.isValid else { throw GraphError("expects no pads below 0, found \(pads)") }
    let x = inputs[0]
    return [x[0], x[1], x[2] + pads.top + pads.bottom, x[3] + pads.left + pads.right]
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let x = inputs[0]
    let out = try! shape([x.shape])
    return NDArray(out) { i in
      let (ix, iy) = (i % out[3] - pads.left, i / out[3] % out[2] - pads.top)
      guard ix >= 0, iy >= 0, ix < x.shape[3], iy < x.shape[2] else { return value }
      return x.scalars[(i / (out[3] * out[2]) * x.shape[2] + iy) * x.shape[3] + ix]
    }
  }
}

extension Tensor {
  public func padded(_ pads: Pads, value: Float = 0) -> Tensor { apply(Pad(pads, value: value)) }
}
