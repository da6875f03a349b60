public import SwiftletGraph

extension Model {
  /// How many pixels of the image a pixel of a feature map stands for along each axis, and the channels of the map, the
  /// largest map first. Vision transformers have a single one.
  public var featureMaps: [(stride: Int, channels: Int)] {
    let scales = scales
    return Set(scales.map(\.stride)).sorted().map { stride in scales.last { $0.stride == stride }! }
  }

  /// The network up to its feature maps: of each stride the last one, the output of the last block before the map shrinks.
  /// What lies behind the last map is not in the graph; names of parameters are those of the whole network.
  /// - Parameters:
  ///   - strides: which maps, in the order of the outputs; all that the network has where `nil`.
  ///   - size: height and width; the model's own where `nil`.
  ///   - channels: of the images; the model's own where `nil`.
  /// - Throws: `GraphError` for a stride that the network does not have, or a size that the architecture does not allow.
  public func features(
    strides: [Int]? = nil, batch: Int = 1, size: (height: Int, width: Int)? = nil, channels: Int? = nil
  ) throws(GraphError) -> Graph {
    spelled(try featureGraph(strides, input(batch, size, channels))).pruned()
  }

  /// The whole network with its feature maps as outputs, under the names of the definition.
  func featureGraph(_ strides: [Int]?, _ input: Shape) throws(GraphError) -> Graph {
    let (scales, own) = (scales.map(\.stride), featureMaps.map(\.stride))
    let strides = strides ?? own
    for stride in strides where !own.contains(stride) {
      throw GraphError("\(name) has no feature map of stride \(stride); it has \(own)")
    }
    if strides.isEmpty { throw GraphError("no stride is asked for; \(name) has feature maps of strides \(own)") }
    return try Graph(input: input) { image in
      _ = output(image, 0)
      return strides.map { image.builder.features[scales.lastIndex(of: $0)!] }
    }
  }

  /// What weights of the whole network hold beside the parameters of `graph`, a form of this model without late stages or
  /// classifiers: names, and prefixes of whole classifiers. `Weights.check(against:ignoring:)` takes them.
  public func leftOut(of graph: Graph) throws(GraphError) -> [String] {
    let kept = Set(graph.parameters.map(\.name))
    let unused = classifiers.filter { prefix in !kept.contains { $0.hasPrefix(prefix) } }
    return unused + (try self.graph().parameters.map(\.name).filter { !kept.contains($0) })
  }

  /// The stride and the channels of every value that the network notes as a feature map, in order. Strides are powers of
  /// two; at the model's own size convolutions without padding do not blur them.
  private var scales: [(stride: Int, channels: Int)] {
    var maps: [Tensor] = []
    _ = try? Graph(input: input(1, nil, nil)) { image in
      let output = output(image, 0)
      maps = image.builder.features
      return [output]
    }
    return maps.map { (nearestPowerOfTwo(Double(preprocessing.height) / Double($0.height)), $0.channels) }
  }
}

/// By ratio: 3 is nearer to 4 than to 2.
private func nearestPowerOfTwo(_ value: Double) -> Int {
  var power = 1
  while value > Double(power) * 2.0.squareRoot() { power *= 2 }
  return power
}
