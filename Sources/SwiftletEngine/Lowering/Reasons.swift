import SwiftletGraph
import SwiftletKernels
import SwiftletOps

// Why a step has its kernel, in words for people.

extension Conv {
  /// What the choice of a kernel depends on, as in "3×3, stride 2, 16 → 24 channels, 56×56".
  /// - Parameters:
  ///   - input: the shape of the map that is read.
  ///   - output: the shape of the map that is written.
  func facts(_ input: Shape, _ output: Shape) -> String {
    let channels = group == input[1] && output[1] == input[1] ? "\(input[1])" : "\(input[1]) → \(output[1])"
    return
      ([extents(window.kernel), "stride \(either(window.strides))"]
      + (window.dilations == [1, 1] ? [] : ["dilation \(either(window.dilations))"])
      + (group == 1 || group == input[1] ? [] : ["\(group) groups"])
      + ["\(channels) channels", extents(Array(output[2...]))]).joined(separator: ", ")
  }
}

// Names of kernels, which are told by every plan: finding them by reflection takes longer than planning a layer.

extension WalkKind: CustomStringConvertible {
  var description: String {
    switch self {
    case .dense16: "dense16"
    case .gather16: "gather16"
    case .gather32: "gather32"
    case .gather2: "gather2"
    case .gather4: "gather4"
    case .gatherAny: "gatherAny"
    }
  }
}

extension EpilogueKind: CustomStringConvertible {
  var description: String {
    switch self {
    case .clamp: "clamp"
    case .addClamp: "addClamp"
    case .hardSwish: "hardSwish"
    }
  }
}

extension ReduceKind: CustomStringConvertible {
  var description: String {
    switch self {
    case .sum: "sum"
    case .length: "length"
    }
  }
}

private func extents(_ sizes: [Int]) -> String { sizes.map(String.init).joined(separator: "×") }

/// One number where both directions have it.
private func either(_ sizes: [Int]) -> String { Set(sizes).count == 1 ? "\(sizes[0])" : extents(sizes) }
