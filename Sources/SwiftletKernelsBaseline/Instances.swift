import SwiftletKernels

// The kernels that look the same on every instruction set, instantiated for this module's vector `V`. One file, shared by all
// instruction sets through links; each compiles it with flags of its own.

let unaryKernels: [UnaryFunction] = [
  { unary(ClampFormula.self, V.self, $0, $1, $2, $3, $4) },
  { unary(LeakyReluFormula.self, V.self, $0, $1, $2, $3, $4) },
  { unary(EluFormula.self, V.self, $0, $1, $2, $3, $4) },
  { unary(SigmoidFormula.self, V.self, $0, $1, $2, $3, $4) },
  { unary(TanhFormula.self, V.self, $0, $1, $2, $3, $4) },
  { unary(HardSigmoidFormula.self, V.self, $0, $1, $2, $3, $4) },
  { unary(HardSwishFormula.self, V.self, $0, $1, $2, $3, $4) },
  { unary(SwishFormula.self, V.self, $0, $1, $2, $3, $4) },
  { unary(GeluFormula.self, V.self, $0, $1, $2, $3, $4) },
  { unary(GeluTanhFormula.self, V.self, $0, $1, $2, $3, $4) },
  { unary(MishFormula.self, V.self, $0, $1, $2, $3, $4) },
]

let binaryKernels: [BinaryFunction] = [
  { binary(AddFormula.self, V.self, $0, $1, $2, $3, $4, $5, $6, $7) },
  { binary(SubFormula.self, V.self, $0, $1, $2, $3, $4, $5, $6, $7) },
  { binary(MulFormula.self, V.self, $0, $1, $2, $3, $4, $5, $6, $7) },
  { binary(DivFormula.self, V.self, $0, $1, $2, $3, $4, $5, $6, $7) },
]

let reduceRowKernels: [ReduceRowFunction] = [
  { reduceRow(PlainSum.self, V.self, $0, $1, $2, $3) },
  { reduceRow(Length.self, V.self, $0, $1, $2, $3) },
]

let reduceColumnsKernels: [ReduceColumnsFunction] = [
  { reduceColumns(PlainSum.self, V.self, $0, $1, $2, $3, $4, $5) },
  { reduceColumns(Length.self, V.self, $0, $1, $2, $3, $4, $5) },
]

let depthwiseKernels: [DepthwiseKey: DepthwiseFunction] = [
  DepthwiseKey(1, 1, 0, 0, outputs: 7): {
    depthwise(Geometry<N1, N1, N0, N0>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(3, 1, 1, 1, outputs: 7): {
    depthwise(Geometry<N3, N1, N1, N1>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(3, 1, 1, 1, outputs: 8): {
    depthwise(Geometry<N3, N1, N1, N1>.self, Strip8<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(3, 1, 0, 0, outputs: 7): {
    depthwise(Geometry<N3, N1, N0, N0>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(3, 2, 1, 1, outputs: 7): {
    depthwise(Geometry<N3, N2, N1, N1>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(3, 2, 1, 0, outputs: 7): {
    depthwise(Geometry<N3, N2, N1, N0>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(3, 2, 0, 1, outputs: 7): {
    depthwise(Geometry<N3, N2, N0, N1>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(3, 2, 0, 0, outputs: 7): {
    depthwise(Geometry<N3, N2, N0, N0>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(5, 1, 2, 2, outputs: 7): {
    depthwise(Geometry<N5, N1, N2, N2>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(5, 1, 0, 0, outputs: 7): {
    depthwise(Geometry<N5, N1, N0, N0>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(5, 2, 2, 2, outputs: 7): {
    depthwise(Geometry<N5, N2, N2, N2>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(5, 2, 2, 1, outputs: 7): {
    depthwise(Geometry<N5, N2, N2, N1>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(5, 2, 1, 2, outputs: 7): {
    depthwise(Geometry<N5, N2, N1, N2>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(5, 2, 0, 0, outputs: 7): {
    depthwise(Geometry<N5, N2, N0, N0>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(7, 1, 3, 3, outputs: 7): {
    depthwise(Geometry<N7, N1, N3, N3>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(7, 1, 0, 0, outputs: 7): {
    depthwise(Geometry<N7, N1, N0, N0>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(7, 2, 3, 3, outputs: 7): {
    depthwise(Geometry<N7, N2, N3, N3>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(7, 2, 3, 2, outputs: 7): {
    depthwise(Geometry<N7, N2, N3, N2>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(7, 2, 2, 3, outputs: 7): {
    depthwise(Geometry<N7, N2, N2, N3>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(7, 2, 0, 0, outputs: 7): {
    depthwise(Geometry<N7, N2, N0, N0>.self, Strip7<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(3, 1, 1, 1, outputs: 4): {
    depthwise(Geometry<N3, N1, N1, N1>.self, Strip4<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(3, 2, 1, 1, outputs: 4): {
    depthwise(Geometry<N3, N2, N1, N1>.self, Strip4<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(3, 2, 0, 1, outputs: 4): {
    depthwise(Geometry<N3, N2, N0, N1>.self, Strip4<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(5, 1, 2, 2, outputs: 4): {
    depthwise(Geometry<N5, N1, N2, N2>.self, Strip4<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(5, 2, 2, 2, outputs: 4): {
    depthwise(Geometry<N5, N2, N2, N2>.self, Strip4<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(5, 2, 1, 2, outputs: 4): {
    depthwise(Geometry<N5, N2, N1, N2>.self, Strip4<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(7, 1, 3, 3, outputs: 4): {
    depthwise(Geometry<N7, N1, N3, N3>.self, Strip4<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(1, 1, 0, 0, outputs: 3): {
    depthwise(Geometry<N1, N1, N0, N0>.self, Strip3<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
  DepthwiseKey(5, 1, 2, 2, outputs: 3): {
    depthwise(Geometry<N5, N1, N2, N2>.self, Strip3<V>.self, $0, $1, $2, $3, $4, $5, $6)
  },
]

let winogradPlanes = [
  WinogradKernel(
    SixPoints<N4>.self, { winogradPlaneInput(SixPoints<N4>.self, V.self, $0, $1, $2, $3, $4, $5) },
    { winogradPlaneOutput(SixPoints<N4>.self, V.self, $0, $1, $2, $3, $4, $5, $6) }),
  WinogradKernel(
    FourPoints.self, { winogradPlaneInput(FourPoints.self, V.self, $0, $1, $2, $3, $4, $5) },
    { winogradPlaneOutput(FourPoints.self, V.self, $0, $1, $2, $3, $4, $5, $6) }),
  WinogradKernel(
    SixPoints<N2>.self, { winogradPlaneInput(SixPoints<N2>.self, V.self, $0, $1, $2, $3, $4, $5) },
    { winogradPlaneOutput(SixPoints<N2>.self, V.self, $0, $1, $2, $3, $4, $5, $6) }),
  WinogradKernel(
    StridedPoints.self, { winogradPlaneInput(StridedPoints.self, V.self, $0, $1, $2, $3, $4, $5) },
    { winogradPlaneOutput(StridedPoints.self, V.self, $0, $1, $2, $3, $4, $5, $6) }),
]

let winogradLines = [
  WinogradKernel(
    SixPoints<N4>.self, { winogradLineInput(SixPoints<N4>.self, V.self, $0, $1, $2, $3, $4, $5) },
    { winogradLineOutput(SixPoints<N4>.self, V.self, $0, $1, $2, $3, $4, $5, $6) }),
  WinogradKernel(
    SixPoints<N2>.self, { winogradLineInput(SixPoints<N2>.self, V.self, $0, $1, $2, $3, $4, $5) },
    { winogradLineOutput(SixPoints<N2>.self, V.self, $0, $1, $2, $3, $4, $5, $6) }),
  WinogradKernel(
    NinePoints.self, { winogradLineInput(NinePoints.self, V.self, $0, $1, $2, $3, $4, $5) },
    { winogradLineOutput(NinePoints.self, V.self, $0, $1, $2, $3, $4, $5, $6) }),
]

func kernelSet(
  name: String, tiles: [TileKey: TileFunction], apartTiles: [TileKey: TileFunction] = [:], tileHeights: TileHeights,
  pairs: PairKernels? = nil, twos: TwosKernels? = nil
) -> KernelSet {
  KernelSet(
    name: name, tiles: tiles, apartTiles: apartTiles, tileHeights: tileHeights, pairs: pairs, twos: twos,
    depthwise: depthwiseKernels,
    depthwiseAny: { depthwiseAny(V.self, $0, $1, $2, $3, $4, $5, $6) }, unary: unaryKernels, binary: binaryKernels,
    affine: { affine(V.self, $0, $1, $2, $3, $4, $5, $6) },
    scaleRows: { scaleRows(V.self, $0, $1, $2, $3, $4, $5) },
    maxPool: { pool(MaxFormula.self, V.self, $0, $1, $2, $3, $4, $5) },
    averagePool: { pool(SumFormula.self, V.self, $0, $1, $2, $3, $4, $5) },
    resize: { resize(V.self, $0, $1, $2, $3, $4, $5) },
    move: { move(V.self, $0, $1, $2, $3, $4, $5, $6, $7) },
    reduceRow: reduceRowKernels, reduceColumns: reduceColumnsKernels,
    rowSums: { rowSums(V.self, $0, $1, $2, $3) },
    channelNorm: { channelNorm(V.self, $0, $1, $2, $3) },
    moments: { moments(V.self, $0, $1, $2) },
    simAM: { simAM(V.self, $0, $1, $2, $3) },
    lrn: { lrn(V.self, $0, $1, $2, $3) },
    addSample: { addSample(V.self, $0, $1, $2, $3, $4, $5, $6) },
    winogradPlanes: winogradPlanes, winogradLines: winogradLines,
    strassenSums: { strassenSums(V.self, $0, $1, $2, $3, $4, $5, $6, $7) },
    strassenLast: { strassenLast(V.self, $0, $1, $2, $3, $4, $5, $6, $7, $8, $9) },
    matrixVector: { matrixVector(VectorColumns.self, $0, $1, $2, $3, $4, $5) },
    softmax: { softmaxRow(V.self, $0, $1, $2) },
    layerNorm: { layerNormRow(V.self, $0, $1, $2, $3, $4, $5) },
    attentionWeights: { attentionWeights(V.self, $0, $1, $2, $3, $4, $5, $6) },
    multiplyAdd: { multiplyAdd(V.self, $0, $1, $2) }, read: { read(V.self, $0, $1, $2, $3) }, lanes: V.lanes)
}
