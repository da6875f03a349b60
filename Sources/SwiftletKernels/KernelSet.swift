/// The formulas that an engine may apply to a value on its own.
public enum UnaryKind: Int, Sendable, CaseIterable {
  case clamp, leakyRelu, elu, sigmoid, tanh, hardSigmoid, hardSwish, swish, gelu, geluTanh, mish
}
public enum BinaryKind: Int, Sendable, CaseIterable { case add, sub, mul, div }
public enum ReduceKind: Int, Sendable, CaseIterable { case sum, length }
public enum EpilogueKind: Int, Sendable, CaseIterable { case clamp, addClamp, hardSwish }
public enum WalkKind: Int, Sendable, CaseIterable { case dense16, gather16, gather32, gather2, gather4, gatherAny }

/// Which tiles: channels, walk, epilogue.
public struct TileKey: Hashable, Sendable {
  public var width: Int
  public var walk: WalkKind
  public var epilogue: EpilogueKind

  public init(_ width: Int, _ walk: WalkKind, _ epilogue: EpilogueKind) {
    (self.width, self.walk, self.epilogue) = (width, walk, epilogue)
  }
}

/// Which depthwise kernel: kernel size, stride, columns that the first and the last strip of a row drop, outputs of a strip.
public struct DepthwiseKey: Hashable, Sendable {
  public var kernel: Int
  public var stride: Int
  public var left: Int
  public var right: Int
  public var outputs: Int

  public init(_ kernel: Int, _ stride: Int, _ left: Int, _ right: Int, outputs: Int) {
    (self.kernel, self.stride, self.left, self.right, self.outputs) = (kernel, stride, left, right, outputs)
  }
}

/// The heights (pixels) that tiles may be called with.
public struct TileHeights: Sendable {
  /// Largest first.
  public var all: [Int]
  /// Whether the widest tiles take three pixels at a time, and what is left of all that they are called with.
  public var areCrossed: Bool
  public var tallest: Int { all[0] }
  /// The most pixels of a tile of so many channels; of two inputs at a time where `isInTwos`.
  public func most(width: Int, isInTwos: Bool = false) -> Int {
    areCrossed && width > 24 ? 3 : isInTwos && width > 16 ? 8 : tallest
  }

  public init(_ all: [Int], areCrossed: Bool = false) { (self.all, self.areCrossed) = (all, areCrossed) }
}

/// All kernels of one instruction set: what a planner chooses from.
public struct KernelSet: Sendable {
  public var name: String
  public var tiles: [TileKey: TileFunction]
  /// Those whose pixels share no vectors, where others of `tiles` do.
  public var apartTiles: [TileKey: TileFunction]
  /// `nil` without instructions for bfloat16.
  public var pairs: PairKernels?
  /// `nil` where the others leave no lanes empty.
  public var twos: TwosKernels?
  public var depthwise: [DepthwiseKey: DepthwiseFunction]
  public var depthwiseAny: DepthwiseFunction
  public var unary: [UnaryFunction]
  public var binary: [BinaryFunction]
  public var affine: AffineFunction
  public var scaleRows: ScaleRowsFunction
  public var maxPool: PoolFunction
  public var averagePool: PoolFunction
  public var move: MoveFunction
  /// Of `ReduceKind`.
  public var reduceRow: [ReduceRowFunction]
  public var reduceColumns: [ReduceColumnsFunction]
  public var rowSums: RowSumsFunction
  public var channelNorm: ChannelNormFunction
  public var moments: MomentsFunction
  public var simAM: SimAMFunction
  public var lrn: LRNFunction
  public var addSample: SamplingFunction
  public var resize: ResizeFunction
  /// Transforms along both axes, and along one; of several for one window the one that saves most comes first.
  public var winogradPlanes: [WinogradKernel]
  public var winogradLines: [WinogradKernel]
  public var strassenSums: StrassenSumsFunction
  public var strassenLast: StrassenLastFunction
  public var matrixVector: MatrixVectorFunction
  public var softmax: SoftmaxFunction
  public var layerNorm: LayerNormFunction
  public var attentionWeights: AttentionWeightsFunction
  /// What peaks are measured with.
  public var multiplyAdd: MultiplyAddFunction
  public var read: ReadFunction

  /// Floats of a vector.
  public var lanes: Int
  public var tileHeights: TileHeights
  /// The widths (channels) of such tiles, largest first.
  public func widths(_ walk: WalkKind, _ epilogue: EpilogueKind) -> [Int] { tiles.widths(walk, epilogue) }

  /// The same with tiles for pairs; `nil` where there are none.
  public var ofPairs: KernelSet? {
    pairs.map { pairs in
      var set = self
      (set.tiles, set.tileHeights, set.twos) = (pairs.tiles, pairs.tileHeights, nil)
      return set
    }
  }

  /// The same with tiles whose pixels share no vectors.
  public var apart: KernelSet {
    var set = self
    set.tiles.merge(apartTiles) { $1 }
    return set
  }

  /// The same without tiles whose pixels cross: those read weights twice as fast, which costs more than it gains where few pixels use them.
  public var uncrossed: KernelSet {
    var set = self
    if tileHeights.areCrossed { set.tiles = tiles.filter { $0.key.width <= 24 } }
    set.tileHeights.areCrossed = false
    return set
  }

  /// What machines run that lack the instructions for pairs.
  public var withoutPairs: KernelSet {
    var set = self
    set.pairs = nil
    return set
  }

  public init(
    name: String, tiles: [TileKey: TileFunction], apartTiles: [TileKey: TileFunction], tileHeights: TileHeights,
    pairs: PairKernels?, twos: TwosKernels?,
    depthwise: [DepthwiseKey: DepthwiseFunction],
    depthwiseAny: DepthwiseFunction, unary: [UnaryFunction], binary: [BinaryFunction], affine: AffineFunction,
    scaleRows: ScaleRowsFunction,
    maxPool: PoolFunction, averagePool: PoolFunction, resize: ResizeFunction, move: MoveFunction,
    reduceRow: [ReduceRowFunction], reduceColumns: [ReduceColumnsFunction],
    rowSums: RowSumsFunction, channelNorm: ChannelNormFunction, moments: MomentsFunction, simAM: SimAMFunction,
    lrn: LRNFunction,
    addSample: SamplingFunction,
    winogradPlanes: [WinogradKernel], winogradLines: [WinogradKernel],
    strassenSums: StrassenSumsFunction, strassenLast: StrassenLastFunction,
    matrixVector: MatrixVectorFunction, softmax: SoftmaxFunction, layerNorm: LayerNormFunction,
    attentionWeights: AttentionWeightsFunction, multiplyAdd: MultiplyAddFunction, read: ReadFunction, lanes: Int
  ) {
    (self.name, self.tiles, self.apartTiles) = (name, tiles, apartTiles)
    (self.tileHeights, self.pairs, self.twos) = (tileHeights, pairs, twos)
    (self.depthwise, self.depthwiseAny) = (depthwise, depthwiseAny)
    (self.unary, self.binary, self.affine, self.scaleRows) = (unary, binary, affine, scaleRows)
    (self.maxPool, self.averagePool, self.resize, self.move) = (maxPool, averagePool, resize, move)
    (self.reduceRow, self.reduceColumns) = (reduceRow, reduceColumns)
    (self.rowSums, self.channelNorm, self.moments, self.simAM, self.lrn) = (rowSums, channelNorm, moments, simAM, lrn)
    self.addSample = addSample
    (self.winogradPlanes, self.winogradLines) = (winogradPlanes, winogradLines)
    (self.strassenSums, self.strassenLast) = (strassenSums, strassenLast)
    (self.matrixVector, self.softmax, self.layerNorm) = (matrixVector, softmax, layerNorm)
    self.attentionWeights = attentionWeights
    (self.multiplyAdd, self.read, self.lanes) = (multiplyAdd, read, lanes)
  }
}

extension [TileKey: TileFunction] {
  /// The widths (channels) of such tiles, largest first.
  func widths(_ walk: WalkKind, _ epilogue: EpilogueKind) -> [Int] {
    keys.filter { $0.walk == walk && $0.epilogue == epilogue }.map(\.width).sorted(by: >)
  }
}
