public import SwiftletGraph

/// A convolution whose kernel is mixed anew for each image: the kernel of image n is Σ coefficients[n, k] · bank[k].
///
/// Inputs: x `[batch, in, height, width]`, bank `[kernels, out, in / group, kernel height, kernel width]`, coefficients
/// `[batch, kernels]`. No operator of ONNX; exported as a matrix product, and a grouped convolution of the images side by
/// side. Chen et al., "Dynamic Convolution", CVPR 2020, equation 2.
public struct DynamicConv: Op {
  public static let name = "DynamicConv"
  public static let samples = [
    Sample(DynamicConv(Window(3, pad: 1)), [[2, 3, 5, 4], [4, 6, 3, 3, 3], [2, 4]]),
    Sample(DynamicConv(Window(1)), [[2, 8, 3, 3], [4, 5, 8, 1, 1], [2, 4]]),
    Sample(DynamicConv(Window(3, stride: 2, pad: 1), group: 6), [[3, 6, 7, 6], [2, 6, 1, 3, 3], [3, 2]]),
  ]
  public var window: Window
  public var group: Int

  public init(_ window: Window, group: Int = 1) { (self.window, self.group) = (window, group) }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 3, inputs[0].rank == 4, inputs[1].rank == 5, inputs[2] == [inputs[0][0], inputs[1][0]] else {
      throw GraphError(
        "expects x, a bank [kernels, out, in, height, width] and coefficients [batch, kernels], found \(inputs)")
    }
    return try Conv(window, group: group).shape([inputs[0], Shape(Array(inputs[1].dropFirst()))])
  }

  /// Multiply-adds of the convolution alone; mixing the kernels takes as many again as the bank has elements, per image.
  public func cost(_ inputs: [Shape], _ output: Shape) -> Cost {
    Cost(multiplyAdds: output.elementCount * inputs[1].dropFirst(2).reduce(1, *), moving: inputs, output)
  }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let (x, bank, coefficients) = (inputs[0], inputs[1], inputs[2])
    let kernel = Shape(Array(bank.shape.dropFirst()))
    let (kernels, size) = (bank.shape[0], kernel.elementCount)
    let image = x.shape.dropFirst().reduce(1, *)
    var scalars: [Float] = []
    for n in 0..<x.shape[0] {
      let mixed = NDArray(kernel) { i in
        Float(
          (0..<kernels).reduce(0.0) {
            $0 + Double(coefficients.scalars[n * kernels + $1]) * Double(bank.scalars[$1 * size + i])
          })
      }
      let one = NDArray(Shape([1] + Array(x.shape.dropFirst())), Array(x.scalars[n * image..<(n + 1) * image]))
      scalars += Conv(window, group: group).reference([one, mixed]).scalars
    }
    return NDArray(try! shape(inputs.map(\.shape)), scalars)
  }
}
