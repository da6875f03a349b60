public import SwiftletGraph

/// Channels seen as `groups` × rest, transposed: `[g, c]` → `[c, g]`. No operator of ONNX; exported as Reshape and Transpose.
///
/// Zhang et al., "ShuffleNet", CVPR 2018, §3.1.
public struct ChannelShuffle: Op {
  public static let name = "ChannelShuffle"
  public static let samples = [
    Sample(ChannelShuffle(groups: 2), [[2, 20, 3, 4]]), Sample(ChannelShuffle(groups: 3), [[1, 24, 2, 2]]),
  ]
  public var groups: Int
  public init(groups: Int) { self.groups = groups }

  public func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs.count == 1, inputs[0].rank == 4, groups > 0, inputs[0][1] % groups == 0 else {
      throw GraphError("\(groups) groups do not divide the channels of \(inputs)")
    }
    return inputs[0]
  }

  /// The channel of the input that becomes channel `c` of the output.
  public func source(_ c: Int, of channels: Int) -> Int { c % groups * (channels / groups) + c / groups }

  public func reference(_ inputs: [NDArray]) -> NDArray {
    let x = inputs[0]
    let (channels, plane) = (x.shape[1], x.shape[2] * x.shape[3])
    return NDArray(x.shape) { i in
      let (n, c) = (i / plane / channels, i / plane % channels)
      return x.scalars[(n * channels + source(c, of: channels)) * plane + i % plane]
    }
  }
}

extension Tensor {
  public func channelShuffled(groups: Int) -> Tensor { apply(ChannelShuffle(groups: groups)) }
}
