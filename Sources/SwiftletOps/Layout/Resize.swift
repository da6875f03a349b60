public import SwiftletGraph

/// A feature map at another size. `linear` is bilinear without antialiasing.
public struct Resize: Op {
  public enum Mode: String, Codable, Sendable { case nearest, linear }
  /// Which point of the input a pixel of the output looks at; nearest takes the floor.
  public enum Coordinates: String, Codable, Sendable {
    case asymmetric
    case halfPixel = "half_pixel"
    case alignCorners = "align_corners"
  }

  public static let name = "Resize"
  public static let samples = [
    Sample(Resize(height: 9, width: 8, mode: .linear), [[2, 5, 3, 4]]),
    Sample(Resize(height: 6, width: 8, mode: .linear, coordinates: .alignCorners), [[1, 17, 12, 5]]),
    Sample(Resize(height: 6, width: 8, mode: .nearest, coordinates: .asymmetric), [[1, 5, 3, 4]]),
  ]
  public var height: Int
  public var width: Int
  public var mode: Mode
  public var coordinates: Coordinates

  public init(height: Int, width: Int, mode: Mode, coordinates: Coordinates = .halfPixel) {
    (self.height, self.width, self.mode, self.coordinates) = (height, width, mode, coordinates)
  }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, inputs[0].rank == 4 else { throw GraphError("expects one map, found \(inputs)") }
    guard height > 0, width > 0 else { throw GraphError("the target is \(height)x\(width), expected a positive size") }
    return [inputs[0][0], inputs[0][1], height, width]
  }

  /// The two neighbours of output position `i` along an axis, and the weight of the second.
  public func source(_ i: Int, _ size: Int, _ target: Int) -> (lower: Int, upper: Int, fraction: Float) {
    let scale = Float(size) / Float(target)
    let position: Float =
      switch coordinates {
      case .asymmetric: Float(i) * scale
      case .halfPixel: max(0, (Float(i) + 0.5) * scale - 0.5)
      case .alignCorners: target > 1 ? Float(i) * Float(size - 1) / Float(target - 1) : 0
      }
    let lower = min(Int(position), size - 1)
    if mode == .nearest { return (lower, lower, 0) }
    return (lower, min(lower + 1, size - 1), position - Float(lower))
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let x = inputs[0]
    let out = try! shape([x.shape])
    return NDArray(out) { i in
      let plane = i / (out[3] * out[2])
      let (n, c) = (plane / out[1], plane % out[1])
      let v = source(i / out[3] % out[2], x.shape[2], height)
      let h = source(i % out[3], x.shape[3], width)
      let top = x[n, c, v.lower, h.lower] * (1 - h.fraction) + x[n, c, v.lower, h.upper] * h.fraction
      let bottom = x[n, c, v.upper, h.lower] * (1 - h.fraction) + x[n, c, v.upper, h.upper] * h.fraction
      return top * (1 - v.fraction) + bottom * v.fraction
    }
  }
}

extension Tensor {
  public func resized(
    _ height: Int, _ width: Int, _ mode: Resize.Mode = .linear, _ coordinates: Resize.Coordinates = .halfPixel
  )
    -> Tensor
  { apply(Resize(height: height, width: width, mode: mode, coordinates: coordinates)) }
}
