import Swiftlet

/// Kernels that a picture gives the same colour.
enum KernelKind: String, CaseIterable {
  case winograd = "Winograd"
  case pointwise = "1×1"
  case direct = "direct"
  case depthwise = "depthwise"
  case product = "products"
  case other = "other"

  /// - Parameter kernel: as a plan calls it.
  init(_ kernel: String) {
    let prefixes: [(String, KernelKind)] = [
      ("winograd", .winograd), ("strassen", .pointwise), ("tile dense", .pointwise), ("tile", .direct),
      ("depthwise", .depthwise),
      ("matrix", .product), ("attention", .product),
    ]
    self = prefixes.first { kernel.hasPrefix($0.0) }?.1 ?? .other
  }

  /// The name of its class in a style sheet.
  var style: String { "k\(Self.allCases.firstIndex(of: self)!)" }
}
