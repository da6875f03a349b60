import SwiftletGraph

/// Lowers a node, or returns `false` where it does not apply.
typealias LoweringRule = @Sendable (inout Planner, Graph.ID, Graph.Node) -> Bool

/// In this order; what none takes is computed by its operator's reference implementation.
let loweringRules: [LoweringRule] = [
  lowerView, lowerDepthwise, lowerWinograd, lowerPixel, lowerStrassen, lowerConvolution, lowerGemm, lowerAffine,
  lowerUnary,
  lowerBinary, lowerPool, lowerReduction, lowerPad, lowerResize, lowerReshape, lowerRearrange, lowerSlice, lowerExpand,
  lowerConcat,
  lowerDepthToSpace, lowerSoftmax, lowerLayerNorm, lowerGroupNorm, lowerSimAM, lowerLRN, lowerGather, lowerAttention,
  lowerMatMul, lowerDeformSamples, lowerAggregation,
]
