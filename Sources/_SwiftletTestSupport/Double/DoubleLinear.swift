import SwiftletGraph
import SwiftletOps

// Operators that are products of matrices, in double precision.

/// What a convolution reads of one map of `height` × `width` for an output of `columns` columns.
private struct Taps {
  var window: Window
  var height: Int
  var width: Int
  var columns: Int

  /// Under one tap of the window the values of the output pixels `range`; zero outside the map.
  func collect(
    _ ky: Int, _ kx: Int, _ range: Range<Int>, _ x: UnsafePointer<Double>, _ to: UnsafeMutablePointer<Double>
  ) {
    for pixel in range {
      let y = pixel / columns * window.strides[0] - window.pads.top + ky * window.dilations[0]
      let column = pixel % columns * window.strides[1] - window.pads.left + kx * window.dilations[1]
      let isInside = y >= 0 && y < height && column >= 0 && column < width
      to[pixel - range.lowerBound] = isInside ? x[y * width + column] : 0
    }
  }
}

extension Conv {
  /// The kernels times the taps of a few hundred pixels at a time.
  func inDouble(_ x: DoubleArray, _ kernels: DoubleArray, _ bias: [Double]?) -> DoubleArray {
    let out = try! shape([x.shape, kernels.shape])
    let (ins, outs) = (kernels.shape[1], kernels.shape[0] / group)
    let (pixels, plane, depth) = (out[2] * out[3], x.shape[2] * x.shape[3], ins * window.kernel.reduce(1, *))
    let taps = Taps(window: window, height: x.shape[2], width: x.shape[3], columns: out[3])
    var y = (0..<out.elementCount).map { bias?[$0 / pixels % out[1]] ?? 0 }
    var collected = [Double](repeating: 0, count: depth * 256)
    for part in 0..<out[0] * group {
      for first in stride(from: 0, to: pixels, by: 256) {
        let range = first..<min(first + 256, pixels)
        x.scalars.withUnsafeBufferPointer { x in
          collected.withUnsafeMutableBufferPointer { collected in
            for k in 0..<depth {
              let (channel, tap) = (part * ins + k / window.kernel.reduce(1, *), k % window.kernel.reduce(1, *))
              taps.collect(
                tap / window.kernel[1], tap % window.kernel[1], range, x.baseAddress! + channel * plane,
                collected.baseAddress! + k * 256)
            }
          }
        }
        addProduct(
          kernels.scalars, .init(start: part % group * outs * depth, row: depth, column: 1), collected,
          .init(start: 0, row: 256, column: 1), rows: outs, depth: depth, columns: range.count, to: &y,
          .init(start: part * outs * pixels + first, row: pixels, column: 1))
      }
    }
    return DoubleArray(out, y)
  }
}

extension DynamicConv {
  func inDouble(_ x: DoubleArray, _ bank: DoubleArray, _ coefficients: DoubleArray) -> DoubleArray {
    let kernel = Shape(Array(bank.shape.dropFirst()))
    let (kernels, size, image) = (bank.shape[0], kernel.elementCount, x.shape.dropFirst().reduce(1, *))
    let answers = (0..<x.shape[0]).map { n in
      let mixed = (0..<size).map { i in
        (0..<kernels).reduce(0) { $0 + coefficients.scalars[n * kernels + $1] * bank.scalars[$1 * size + i] }
      }
      let one = DoubleArray(Shape([1] + x.shape.dropFirst()), Array(x.scalars[n * image..<(n + 1) * image]))
      return Conv(window, group: group).inDouble(one, DoubleArray(kernel, mixed), nil)
    }
    return DoubleArray(Shape([x.shape[0]] + answers[0].shape.dropFirst()), answers.flatMap(\.scalars))
  }
}

extension Gemm {
  func inDouble(_ x: DoubleArray, _ weight: DoubleArray, _ bias: [Double]?) -> DoubleArray {
    let out = try! shape([x.shape, weight.shape])
    let (outs, ins) = (weight.shape[0], weight.shape[1])
    var y = (0..<out.elementCount).map { bias?[$0 % outs] ?? 0 }
    addProduct(
      x.scalars, .init(start: 0, row: ins, column: 1), weight.scalars, .init(start: 0, row: 1, column: ins),
      rows: out.elementCount / outs, depth: ins, columns: outs, to: &y, .init(start: 0, row: outs, column: 1))
    return DoubleArray(out, y)
  }
}

extension MatMul {
  func inDouble(_ a: DoubleArray, _ b: DoubleArray) -> DoubleArray {
    let (out, rank) = (try! shape([a.shape, b.shape]), a.shape.rank)
    let (rows, depth, columns) = (a.shape[rank - 2], a.shape[rank - 1], b.shape[rank - 1])
    var y = [Double](repeating: 0, count: out.elementCount)
    for m in 0..<out.elementCount / (rows * columns) {
      addProduct(
        a.scalars, .init(start: m * rows * depth, row: depth, column: 1), b.scalars,
        .init(start: m * depth * columns, row: columns, column: 1), rows: rows, depth: depth, columns: columns, to: &y,
        .init(start: m * rows * columns, row: columns, column: 1))
    }
    return DoubleArray(out, y)
  }
}

extension Attention {
  func inDouble(_ q: DoubleArray, _ k: DoubleArray, _ v: DoubleArray) -> DoubleArray {
    let out = try! shape([q.shape, k.shape, v.shape])
    let (queries, keys, size, valueSize) = (q.shape[1], k.shape[1], q.shape[2] / heads, v.shape[2] / heads)
    var y = [Double](repeating: 0, count: out.elementCount)
    for part in 0..<q.shape[0] * heads {
      let (n, head) = (part / heads, part % heads)
      var scores = [Double](repeating: 0, count: queries * keys)
      addProduct(
        q.scalars, .init(start: n * queries * q.shape[2] + head * size, row: q.shape[2], column: 1), k.scalars,
        .init(start: n * keys * k.shape[2] + head * size, row: 1, column: k.shape[2]), rows: queries, depth: size,
        columns: keys, to: &scores, .init(start: 0, row: keys, column: 1))
      for i in scores.indices { scores[i] *= Double(scale) }
      addProduct(
        Softmax().inDouble(DoubleArray([queries, keys], scores)).scalars, .init(start: 0, row: keys, column: 1),
        v.scalars, .init(start: n * keys * v.shape[2] + head * valueSize, row: v.shape[2], column: 1), rows: queries,
        depth: keys, columns: valueSize, to: &y,
        .init(start: n * queries * v.shape[2] + head * valueSize, row: v.shape[2], column: 1))
    }
    return DoubleArray(out, y)
  }
}
