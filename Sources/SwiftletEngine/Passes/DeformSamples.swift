import SwiftletGraph
import SwiftletOps

/// What each tap of a deformable convolution sees: channel c · taps + t is tap t of channel c. Inputs: x, offset, perhaps a mask.
///
/// The convolution that remains is pointwise.
struct DeformSamples: Op {
  static let name = "DeformSamples"
  static let samples: [Sample] = []
  var window: Window
  var offsetGroup: Int

  var taps: Int { window.kernel[0] * window.kernel[1] }

  /// The same as a deformable convolution, each of whose outputs sees one tap of one channel.
  private func convolution(_ channels: Int) -> (op: DeformConv, weight: Shape) {
    (
      DeformConv(window, group: channels, offsetGroup: offsetGroup),
      [channels * taps, 1, window.kernel[0], window.kernel[1]]
    )
  }

  func shape(_ inputs: [Shape]) throws(GraphError) -> Shape {
    let (op, weight) = convolution(inputs[0][1])
    return try op.shape([inputs[0], weight, inputs[1], [weight[0]]] + inputs.dropFirst(2))
  }

  func reference(_ inputs: [NDArray]) -> NDArray {
    let (op, weight) = convolution(inputs[0].shape[1])
    let choice = NDArray(weight) { $0 / taps % taps == $0 % taps ? 1 : 0 }
    return op.reference([inputs[0], choice, inputs[1], NDArray([weight[0]])] + inputs.dropFirst(2))
  }
}
