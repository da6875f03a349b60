public import SwiftletGraph

/// Every operator, one visible line each: what tests, benchmarks and documentation walk over.
public let allOps: [any Op.Type] = [
  Conv.self, DynamicConv.self, DiagonalKernel.self, BatchNormalization.self, GroupNormalization.self,
  Relu.self, Clip.self, LeakyRelu.self, Elu.self, Sigmoid.self, Tanh.self, HardSigmoid.self, HardSwish.self, Swish.self,
  Gelu.self, Mish.self, Dropout.self, DropPath.self,
  Add.self, Sub.self, Mul.self, Div.self,
  MaxPool.self, AveragePool.self, GlobalAveragePool.self, ReduceMean.self,
  Concat.self, Slice.self, ChannelShuffle.self, Reshape.self, Flatten.self, Transpose.self, DepthToSpace.self, Pad.self,
  Resize.self,
  Gemm.self, MatMul.self, Softmax.self, LayerNormalization.self, Attention.self,
]
