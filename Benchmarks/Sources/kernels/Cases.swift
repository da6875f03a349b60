import Swiftlet

/// Multiply-adds that a reference computes in about a second.
private let referenceLimit = 30_000_000

/// Every kernel that networks spend their time in, at the sizes that networks have.
let allCases: [KernelCase] =
  pointwise.map { convolution("1×1", Window(1), $0.from, $0.to, $0.map, precision: .strict) }
  + strassen.map { convolution("Strassen 1×1", Window(1), $0.from, $0.to, $0.map) }
  + depthwise.map { depthwiseCase([$0.kernel, $0.kernel], $0.stride, $0.channels, $0.map) }
  + oneAxis.map { depthwiseCase($0.kernel, 1, $0.channels, $0.map) }
  + winograd.map { convolution("direct 3×3, stride 1", Window(3, pad: 1), $0.from, $0.to, $0.map, precision: .strict) }
  + direct.map {
    convolution("direct 3×3, stride 2", Window(3, stride: 2), $0.from, $0.to, $0.map * 2 + 1, precision: .strict)
  }
  + dilated.map { convolution("direct 3×3, dilation 2", Window(3, dilation: 2), $0.from, $0.to, $0.map + 4) }
  + winograd.map { convolution("Winograd 3×3", Window(3, pad: 1), $0.from, $0.to, $0.map) }
  + strided.map { convolution("Winograd 3×3, stride 2", Window(3, stride: 2), $0.from, $0.to, $0.map * 2 + 1) }
  + otherWindows.map { winogradCase($0.kernel, $0.from, $0.to, $0.map) }
  + stems.map {
    convolution("first \($0.kernel)×\($0.kernel)", Window($0.kernel, stride: 2, pad: $0.kernel / 2), 3, $0.to, 224)
  }
  + vectors.map { linear($0.from, $0.to) } + attentions.map { attention($0.tokens, $0.heads, $0.size) } + activations

private let pointwise: [(from: Int, to: Int, map: Int)] = [
  (16, 96, 112), (24, 144, 56), (32, 192, 28), (40, 240, 28), (64, 64, 56), (64, 384, 14), (96, 576, 14),
  (128, 128, 28), (144, 24, 56), (160, 960, 7), (256, 256, 14), (320, 1280, 7), (384, 64, 14), (512, 512, 14),
  (576, 96, 14), (960, 160, 7), (960, 320, 7),
]

private let strassen: [(from: Int, to: Int, map: Int)] = [
  (96, 576, 14), (128, 128, 28), (160, 640, 16), (160, 960, 7), (256, 256, 14), (320, 1280, 7), (512, 512, 14),
  (576, 96, 14), (728, 728, 19), (960, 160, 7), (960, 320, 7), (1024, 1024, 7),
]

private let depthwise: [(kernel: Int, stride: Int, channels: Int, map: Int)] = [
  (3, 1, 32, 112), (3, 1, 144, 56), (3, 1, 192, 28), (3, 1, 512, 14), (3, 1, 960, 7), (3, 2, 96, 112), (3, 2, 144, 56),
  (3, 2, 192, 28), (3, 2, 576, 14), (5, 1, 240, 28), (5, 1, 672, 14), (5, 1, 960, 7), (5, 2, 240, 56), (5, 2, 672, 14),
  (7, 1, 96, 56), (7, 1, 384, 14), (7, 2, 96, 56), (7, 2, 384, 14),
]

private let oneAxis: [(kernel: [Int], channels: Int, map: Int)] = [([1, 5], 240, 14), ([5, 1], 240, 14)]

/// By their outputs.
private let strided: [(from: Int, to: Int, map: Int)] = [(16, 64, 48), (32, 32, 56), (32, 128, 64), (64, 128, 56)]

private let direct: [(from: Int, to: Int, map: Int)] = [(32, 64, 56), (64, 128, 28), (128, 256, 14), (256, 512, 7)]
private let dilated: [(from: Int, to: Int, map: Int)] = [(64, 64, 28), (256, 256, 14)]
private let winograd: [(from: Int, to: Int, map: Int)] = [(64, 64, 56), (128, 128, 28), (256, 256, 14), (512, 512, 7)]
private let otherWindows: [(kernel: [Int], from: Int, to: Int, map: Int)] = [
  ([5, 5], 48, 64, 35), ([1, 7], 192, 192, 17), ([7, 1], 192, 192, 17), ([1, 3], 384, 384, 8), ([3, 1], 384, 384, 8),
]
private let stems: [(kernel: Int, to: Int)] = [(3, 16), (3, 32), (7, 64)]
private let vectors: [(from: Int, to: Int)] = [(96, 24), (960, 1280), (1280, 1000), (2048, 1000)]
private let attentions: [(tokens: Int, heads: Int, size: Int)] = [(49, 8, 32), (196, 6, 64), (256, 4, 36)]

private let activations: [KernelCase] = [
  ("ReLU6", Clip(min: 0, max: 6)), ("hard swish", HardSwish()), ("sigmoid", Sigmoid()), ("swish", Swish()),
  ("tanh", Tanh()), ("GELU", Gelu()), ("Mish", Mish()),
].map { (name: String, op: any Op) in
  let shape: Shape = [1, 64, 28, 28]
  return KernelCase(kind: name, size: "64, 28×28", op: op, inputs: [shape], checked: [shape])
}

private func convolution(
  _ kind: String, _ window: Window, _ from: Int, _ to: Int, _ map: Int, group: Int = 1,
  precision: Precision = .exact
) -> KernelCase {
  let op = Conv(window, group: group)
  let weight: Shape = [to, from / group, window.kernel[0], window.kernel[1]]
  func inputs(_ map: Int) -> [Shape] { [[1, from, map, map], weight, [to]] }
  // As high as wide.
  func output(_ map: Int) -> Int {
    (map + 2 * window.pads.top - window.dilations[0] * (window.kernel[0] - 1) - 1) / window.strides[0] + 1
  }
  func multiplyAdds(_ map: Int) -> Int { weight.elementCount * output(map) * output(map) }
  var small = map
  while multiplyAdds(small) > referenceLimit, output(small) >= 14 { small = (small + 1) / 2 }
  let channels = group == 1 ? "\(from) → \(to)" : "\(to)"
  return KernelCase(
    kind: kind, size: "\(channels), \(output(map))×\(output(map))", op: op, inputs: inputs(map), checked: inputs(small),
    precision: precision)
}

private func depthwiseCase(_ kernel: [Int], _ stride: Int, _ channels: Int, _ map: Int) -> KernelCase {
  let window = Window(kernel, strides: [stride, stride], pads: Pads(kernel[0] / 2, kernel[1] / 2))
  return convolution(
    "depthwise \(kernel[0])×\(kernel[1]), stride \(stride)", window, channels, channels, map, group: channels)
}

private func winogradCase(_ kernel: [Int], _ from: Int, _ to: Int, _ map: Int) -> KernelCase {
  let window = Window(kernel, pads: Pads(kernel[0] / 2, kernel[1] / 2))
  return convolution("Winograd \(kernel[0])×\(kernel[1])", window, from, to, map)
}

private func linear(_ from: Int, _ to: Int) -> KernelCase {
  let inputs: [Shape] = [[1, from], [to, from], [to]]
  return KernelCase(kind: "matrix × vector", size: "\(from) → \(to)", op: Gemm(), inputs: inputs, checked: inputs)
}

private func attention(_ tokens: Int, _ heads: Int, _ size: Int) -> KernelCase {
  let inputs = [Shape](repeating: [1, tokens, heads * size], count: 3)
  return KernelCase(
    kind: "attention", size: "\(tokens) tokens, \(heads) heads of \(size)",
    op: Attention(heads: heads, scale: 1 / Float(size).squareRoot()), inputs: inputs, checked: inputs)
}
