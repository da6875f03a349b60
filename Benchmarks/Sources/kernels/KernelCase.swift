import Swiftlet

/// One operator at one size.
struct KernelCase {
  /// What its kernel is called, as in "depthwise 3×3, stride 2".
  var kind: String
  /// As in "96 → 24, 56×56": channels and map of the output.
  var size: String
  var op: any Op
  /// The first one is the network's input, the others are parameters.
  var inputs: [Shape]
  /// The same kernel on a map so small that the reference is not slow.
  var checked: [Shape]
  var precision = Precision.exact

  var name: String { "\(kind) \(size)" }

  /// A network of this operator alone.
  static func graph(_ op: any Op, _ inputs: [Shape]) throws -> Graph {
    try Graph(input: inputs[0]) { x in
      let others = inputs.dropFirst().enumerated().map { i, shape in x.parameter("p\(i).weight", shape) }
      return [x.builder.add(op, [x] + others, name: "kernel")]
    }
  }
}

/// Numbers in −1…1, the same in every run.
func numbers(_ shape: Shape, seed: UInt64) -> NDArray {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return NDArray(shape) { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) / Float(1 << 31)
  }
}
