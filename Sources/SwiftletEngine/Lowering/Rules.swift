import SwiftletGraph

/// Lowers a node, or returns `false` where it does not apply.
typealias LoweringRule = @Sendable (inout Planner, Graph.ID, Graph.Node) -> Bool

/// In this order; what none takes is computed by its operator's reference implementation.
let loweringRules: [LoweringRule] = [
  lowerView, lowerDepthwise, lowerWinograd, lowerPixel, lowerConvolution, lowerGemm, lowerAffine, lowerUnary, lowerGate,
  lowerBinary, lowerPool,
  lowerGlobalPool, lowerPad, lowerResize, lowerReshape, lowerTranspose, lowerSoftmax, lowerLayerNorm, lowerAttention,
]
