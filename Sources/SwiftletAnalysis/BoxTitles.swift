import SwiftletGraph
import SwiftletOps

/// What a box looks like.
enum BoxStyle: String {
  /// Input or output of the block.
  case terminal
  case convolution, depthwise, linear, attention, pool, norm, split, concat, other
  /// A sum or a product: a circle.
  case join

  /// Whether a normalisation or an activation behind it is written into the box.
  var takesTrailing: Bool {
    switch self {
    case .terminal, .split, .concat, .join: false
    default: true
    }
  }
}

extension Op {
  /// Whether the values stay what they are.
  var onlyLaysOut: Bool {
    self is Reshape || self is Flatten || self is Transpose || self is Expand || self is Dropout || self is DropPath
      || self is Pad
  }

  /// The sign of a sum, a difference, a product, a quotient.
  var symbol: String? { self is Add ? "+" : self is Sub ? "−" : self is Mul ? "×" : self is Div ? "÷" : nil }

  /// What is written behind the layer it follows, where it has one input; `nil` for what is a layer of its own.
  var trailingWord: String? {
    switch self {
    case is BatchNormalization: "BN"
    case is LayerNormalization: "LN"
    case is GroupNormalization: "GN"
    case is Relu: "ReLU"
    case let clip as Clip: clip.min == 0 && clip.max == 6 ? "ReLU6" : "clip"
    case is LeakyRelu: "leaky ReLU"
    case is Elu: "ELU"
    case is Sigmoid: "sigmoid"
    case is Tanh: "tanh"
    case is HardSigmoid: "h-sigmoid"
    case is HardSwish: "h-swish"
    case is Swish: "SiLU"
    case is Gelu: "GELU"
    case is Mish: "Mish"
    case is Softmax: "softmax"
    case is Mul, is Div: "scale"
    case is Add, is Sub: "bias"
    default: nil
    }
  }

  /// The box of a node that is a layer of its own; `word`: its `trailingWord` where it has one input.
  func box(_ inputs: [Shape], _ output: Shape, word: String?) -> BlockDiagram.Box {
    switch self {
    case let conv as Conv: return conv.window.box("conv", conv.group, inputs[0].channels, output.channels)
    case let conv as DynamicConv:
      return conv.window.box("dynamic conv", conv.group, inputs[0].channels, output.channels)
    case let conv as DeformConv:
      return conv.window.box("deformable conv", conv.group, inputs[0].channels, output.channels)
    case let conv as DCNv3: return conv.window.box("deformable conv", conv.group, inputs[0].last!, output.last!)
    case let conv as DCNv4: return conv.window.box("deformable conv", conv.group, inputs[0].last!, output.last!)
    case is Gemm: return .init(style: .linear, title: "linear", details: ["\(inputs[0].last!) → \(output.last!)"])
    case is MatMul: return .init(style: .attention, title: "matrix product", details: [output.extents])
    case let attention as Attention:
      return .init(style: .attention, title: "attention", details: ["\(attention.heads) heads".singular])
    case let pool as MaxPool: return .init(style: .pool, title: "max \(pool.window.title)")
    case let pool as AveragePool: return .init(style: .pool, title: "mean \(pool.window.title)")
    case is GlobalAveragePool, is ReduceMean: return .init(style: .pool, title: "mean", details: [output.extents])
    case is ReduceSum: return .init(style: .pool, title: "sum", details: [output.extents])
    case is ReduceL2: return .init(style: .pool, title: "norm", details: [output.extents])
    case let shuffle as ChannelShuffle: return .init(style: .split, title: "shuffle, \(shuffle.groups) groups")
    case is Gather: return .init(style: .split, title: "select", details: [output.extents])
    case let concat as Concat: return .init(style: .concat, title: "concat", details: [String(output[concat.axis])])
    case is Resize: return .init(style: .other, title: "resize", details: [output.extents])
    case is SimAM: return .init(style: .attention, title: "SimAM")
    default:
      if let symbol, word == nil { return .init(style: .join, title: symbol) }
      return .init(style: .norm, title: word ?? Self.name)
    }
  }
}

extension Window {
  fileprivate var title: String {
    var text = kernel.map(String.init).joined(separator: "×")
    if strides != [1, 1] { text += ", stride \(strides.max()!)" }
    if dilations != [1, 1] { text += ", dilation \(dilations.max()!)" }
    return text
  }

  /// The box of a convolution.
  fileprivate func box(_ name: String, _ group: Int, _ from: Int, _ to: Int) -> BlockDiagram.Box {
    let isDepthwise = group > 1 && group == from
    var text = (isDepthwise ? name.replacingLast("conv", with: "depthwise") : name) + " " + title
    if group > 1, !isDepthwise { text += ", \(group) groups" }
    return .init(
      style: isDepthwise ? .depthwise : .convolution, title: text, details: [from == to ? "\(to)" : "\(from) → \(to)"])
  }
}

extension Shape {
  fileprivate var channels: Int { rank > 1 ? self[1] : 1 }
  /// Without the batch.
  fileprivate var extents: String { dropFirst().map(String.init).joined(separator: " × ") }
}

extension String {
  fileprivate var singular: String { hasPrefix("1 ") && hasSuffix("s") ? String(dropLast()) : self }

  fileprivate func replacingLast(_ word: String, with other: String) -> String {
    hasSuffix(word) ? String(dropLast(word.count)) + other : self
  }
}
