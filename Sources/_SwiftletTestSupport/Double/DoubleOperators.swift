public import SwiftletGraph
import SwiftletOps

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What an operator makes of its inputs in double precision.
/// - Throws: `GraphError` for one that networks with right answers do without.
public func inDouble(_ op: any Op, _ x: [DoubleArray]) throws -> DoubleArray {
  let bias = x.count == 3 ? x[2].scalars : nil
  switch op {
  case let op as any Unary: return mapped(x[0], op)
  case let op as any Binary: return joined(x[0], x[1], op)
  case let op as any Reduction: return reduced(x[0], op)
  case let op as Conv: return op.inDouble(x[0], x[1], bias)
  case let op as DynamicConv: return op.inDouble(x[0], x[1], x[2])
  case let op as Gemm: return op.inDouble(x[0], x[1], bias)
  case let op as MatMul: return op.inDouble(x[0], x[1])
  case let op as Attention: return op.inDouble(x[0], x[1], x[2])
  case let op as Softmax: return op.inDouble(x[0])
  case let op as BatchNormalization: return op.inDouble(x[0], x.dropFirst().map(\.scalars))
  case let op as GroupNormalization: return op.inDouble(x[0], x[1].scalars, x[2].scalars)
  case let op as LayerNormalization: return op.inDouble(x[0], x[1].scalars, x[2].scalars)
  case let op as SimAM: return op.inDouble(x[0])
  case let op as LRN: return op.inDouble(x[0])
  case let op as MaxPool: return pooled(x[0], op.window, -.infinity, max) { value, _, _ in value }
  case let op as AveragePool:
    let (height, width) = (x[0].shape[2], x[0].shape[3])
    return pooled(x[0], op.window, 0, +) { sum, oy, ox in sum / Double(op.divisor(oy, ox, height, width)) }
  case is GlobalAveragePool: return reduced(x[0], ReduceMean(axes: [2, 3]))
  case let op as Resize: return op.inDouble(x[0])
  case let op as Pad: return moved(Pad(op.pads), x, around: Double(op.value))
  case let op as Gather: return moved(op, [x[0]], selecting: x[1].rounded)
  case is Constant: return DoubleArray(op.reference([]))
  case is Concat, is Slice, is ChannelShuffle, is Reshape, is Flatten, is Expand, is Transpose, is DepthToSpace,
    is DiagonalKernel, is Dropout, is DropPath:
    return moved(op, x)
  default: throw GraphError("\(type(of: op).name) has no form in double precision")
  }
}

/// What an operator does that only moves values: where it moves their numbers, the first being 1, and `outside` where it puts 0.
private func moved(
  _ op: any Op, _ x: [DoubleArray], around outside: Double = 0, selecting indices: NDArray? = nil
) -> DoubleArray {
  let all = [outside] + x.flatMap(\.scalars)
  precondition(all.count <= 1 << 24, "32-bit floats count no further")
  var next = 0
  let numbers = x.map { part in
    defer { next += part.scalars.count }
    return NDArray(part.shape) { Float(next + $0 + 1) }
  }
  let places = op.reference(numbers + (indices.map { [$0] } ?? []))
  return DoubleArray(places.shape, places.scalars.map { all[Int($0)] })
}

private func mapped(_ x: DoubleArray, _ op: some Unary) -> DoubleArray {
  DoubleArray(x.shape, x.scalars.map { op.formula($0) })
}

private func joined(_ a: DoubleArray, _ b: DoubleArray, _ op: some Binary) -> DoubleArray {
  let out = try! op.shape([a.shape, b.shape])
  let (a, b) = (a.shape == out ? a : moved(Expand(out), [a]), b.shape == out ? b : moved(Expand(out), [b]))
  return DoubleArray(out, zip(a.scalars, b.scalars).map { op.formula($0, $1) })
}

private func reduced(_ x: DoubleArray, _ op: some Reduction) -> DoubleArray {
  let out = try! op.shape([x.shape])
  var kept = x.shape
  for axis in op.axes { kept[axis] = 1 }
  let place = moved(Expand(x.shape), [DoubleArray(kept, (0..<kept.elementCount).map(Double.init))])
  var sums = [Double](repeating: 0, count: out.elementCount)
  for (value, i) in zip(x.scalars, place.scalars) { sums[Int(i)] += op.term(value) }
  return DoubleArray(out, sums.map { op.result($0, x.scalars.count / sums.count) })
}

private func pooled(
  _ x: DoubleArray, _ window: Window, _ start: Double, _ fold: (Double, Double) -> Double,
  _ finish: (Double, Int, Int) -> Double
) -> DoubleArray {
  let out = try! window.output(x.shape)
  let shape: Shape = [x.shape[0], x.shape[1], out.height, out.width]
  let (height, width) = (x.shape[2], x.shape[3])
  let values = (0..<shape.elementCount).map { i in
    let (oy, ox, plane) = (i / out.width % out.height, i % out.width, i / (out.height * out.width) * height * width)
    var value = start
    window.forEachTap(oy, ox, height, width) { _, y, column in
      value = fold(value, x.scalars[plane + y * width + column])
    }
    return finish(value, oy, ox)
  }
  return DoubleArray(shape, values)
}

extension Softmax {
  func inDouble(_ x: DoubleArray) -> DoubleArray {
    x.mappedRuns(of: x.shape.last!) { row, _ in
      let largest = row.max()!
      let exponentials = row.map { exp($0 - largest) }
      let sum = exponentials.reduce(0, +)
      return exponentials.map { $0 / sum }
    }
  }
}

extension Resize {
  func inDouble(_ x: DoubleArray) -> DoubleArray {
    let (rows, columns) = (x.shape[2], x.shape[3])
    return x.mappedRuns(of: rows * columns, to: try! shape([x.shape])) { map, _ in
      (0..<height * width).map { i in
        let (v, h) = (source(i / width, rows, height), source(i % width, columns, width))
        func across(_ y: Int) -> Double {
          let (left, right) = (map[map.startIndex + y * columns + h.lower], map[map.startIndex + y * columns + h.upper])
          return left * (1 - Double(h.fraction)) + right * Double(h.fraction)
        }
        return across(v.lower) * (1 - Double(v.fraction)) + across(v.upper) * Double(v.fraction)
      }
    }
  }
}

extension DoubleArray {
  /// Every run of so many values, with its number, mapped on its own.
  func mappedRuns(
    of size: Int, to shape: Shape? = nil, _ body: (ArraySlice<Double>, Int) -> [Double]
  ) -> DoubleArray {
    let runs = (0..<scalars.count / size).flatMap { body(scalars[$0 * size..<($0 + 1) * size], $0) }
    return DoubleArray(shape ?? self.shape, runs)
  }
}
