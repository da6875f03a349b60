import SwiftletGraph
import SwiftletOps
import Testing
import _SwiftletTestSupport

/// Laws of the references that hold for any numbers.
@Suite struct LawTests {
  var random = Random(seed: 11)

  static func sum(_ a: NDArray, _ b: NDArray) -> NDArray { Add().reference([a, b]) }

  /// Channels of a map or outputs of a weight: a range of dimension `axis`.
  static func part(_ x: NDArray, _ axis: Int, _ range: Range<Int>) -> NDArray {
    Slice(axis: axis, start: range.lowerBound, end: range.upperBound).reference([x])
  }

  @Test mutating func convolutionIsLinear() {
    for sample in Conv.samples {
      let a = random.array(sample.inputs[0])
      let b = random.array(sample.inputs[0])
      let w = random.array(sample.inputs[1])
      let v = random.array(sample.inputs[1])
      let whole = sample.op.reference([Self.sum(a, b), w])
      let parts = Self.sum(sample.op.reference([a, w]), sample.op.reference([b, w]))
      #expect(whole.relativeError(to: parts) < 1e-6, "\(sample.op)")
      let both = sample.op.reference([a, Self.sum(w, v)])
      let each = Self.sum(sample.op.reference([a, w]), sample.op.reference([a, v]))
      #expect(both.relativeError(to: each) < 1e-6, "\(sample.op)")
    }
  }

  /// Groups, depthwise among them, are convolutions of slices one after another.
  @Test mutating func groupsAreSlices() throws {
    for sample in Conv.samples {
      let op = try #require(sample.op as? Conv)
      let x = random.array(sample.inputs[0])
      let w = random.array(sample.inputs[1])
      let (ins, outs) = (x.shape[1] / op.group, w.shape[0] / op.group)
      let parts = (0..<op.group).map { g in
        Conv(op.window).reference([
          Self.part(x, 1, g * ins..<(g + 1) * ins), Self.part(w, 0, g * outs..<(g + 1) * outs),
        ])
      }
      #expect(op.reference([x, w]) == Concat(axis: 1).reference(parts), "\(op)")
    }
  }

  /// A dilated kernel is a larger one with zeros between its taps.
  @Test(arguments: [[1, 1], [2, 2], [3, 1], [2, 4]]) mutating func dilationIsStuffing(_ dilations: [Int]) {
    let x = random.array([2, 3, 11, 13])
    let w = random.array([4, 3, 3, 3])
    let size = dilations.map { $0 * 2 + 1 }
    var stuffed = NDArray([4, 3, size[0], size[1]])
    for o in 0..<4 {
      for c in 0..<3 {
        for (ky, kx) in (0..<9).map({ ($0 / 3, $0 % 3) }) {
          stuffed[o, c, ky * dilations[0], kx * dilations[1]] = w[o, c, ky, kx]
        }
      }
    }
    let dilated = Window([3, 3], strides: [2, 1], pads: Pads(1, 2), dilations: dilations)
    let plain = Window(size, strides: [2, 1], pads: Pads(1, 2))
    #expect(Conv(dilated).reference([x, w]) == Conv(plain).reference([x, stuffed]))
  }

  /// Padding is zeros around the map; stride leaves out positions.
  @Test mutating func paddingAndStride() {
    let x = random.array([1, 3, 7, 8])
    let w = random.array([4, 3, 3, 2])
    let pads = Pads(top: 1, left: 0, bottom: 2, right: 3)
    let dense = Conv(Window([3, 2])).reference([Pad(pads).reference([x]), w])
    #expect(Conv(Window([3, 2], pads: pads)).reference([x, w]) == dense)
    let rows = Slice(axis: 2, start: 0, end: dense.shape[2], step: 2).reference([dense])
    let both = Slice(axis: 3, start: 0, end: dense.shape[3], step: 3).reference([rows])
    #expect(Conv(Window([3, 2], strides: [2, 3], pads: pads)).reference([x, w]) == both)
  }

  @Test mutating func aPointwiseConvolutionIsALinearLayer() {
    let (x, w, b) = (random.array([2, 5, 3, 4]), random.array([7, 5]), random.array([7]))
    let last = Transpose([0, 2, 3, 1]).reference([x])
    let linear = Transpose([0, 3, 1, 2]).reference([Gemm().reference([last, w, b])])
    let conv = Conv(Window(1)).reference([x, w.reshaped([7, 5, 1, 1]), b])
    #expect(conv.relativeError(to: linear) < 1e-6)
  }

  /// The mean of a constant is the constant where padding does not count, and where there is none.
  @Test func averagesOfConstants() {
    let x = NDArray([1, 2, 7, 9], repeating: 0.75)
    for window in [
      Window(3, pad: 1), Window(2, stride: 2, ceilMode: true), Window(3, stride: 2, pad: 1, ceilMode: true), Window(7),
    ] {
      #expect(AveragePool(window).reference([x]).scalars.allSatisfy { $0 == 0.75 }, "\(window)")
    }
    #expect(AveragePool(Window(3, stride: 2), countIncludePad: true).reference([x]).scalars.allSatisfy { $0 == 0.75 })
    #expect(GlobalAveragePool().reference([x]).scalars == [0.75, 0.75])
  }

  /// An average that counts padding is a depthwise convolution with 1 / area.
  @Test mutating func averagePoolIsAConvolution() {
    let x = random.array([2, 5, 8, 9])
    let window = Window(3, stride: 2, pad: 1)
    let mean = NDArray([5, 1, 3, 3], repeating: 1 / 9)
    let conv = Conv(window, group: 5).reference([x, mean])
    #expect(AveragePool(window, countIncludePad: true).reference([x]).relativeError(to: conv) < 1e-6)
  }

  /// A window that is never cut sees the same as its rows and columns one after another.
  @Test mutating func maximaOfMaxima() {
    let x = random.array([1, 3, 9, 10])
    let whole = MaxPool(Window(5, pad: 2)).reference([x])
    let rows = MaxPool(Window([5, 1], pads: Pads(2, 0))).reference([x])
    #expect(MaxPool(Window([1, 5], pads: Pads(0, 2))).reference([rows]) == whole)
    let twice = MaxPool(Window(3, pad: 1)).reference([MaxPool(Window(3, pad: 1)).reference([x])])
    #expect(twice == whole)
  }

  /// Global means are means over the last two dimensions, and pools as large as the map.
  @Test mutating func globalMeans() {
    let x = random.array([2, 5, 4, 6])
    let mean = GlobalAveragePool().reference([x])
    #expect(ReduceMean(axes: [2, 3]).reference([x]) == mean)
    #expect(ReduceMean(axes: [3, 2], keepDimensions: false).reference([x]) == mean.reshaped([2, 5]))
    #expect(AveragePool(Window([4, 6])).reference([x]).relativeError(to: mean) < 1e-6)
  }

  @Test mutating func shufflesUndoEachOther() {
    let x = random.array([2, 12, 3, 2])
    for groups in [1, 2, 3, 4, 6, 12] {
      let there = ChannelShuffle(groups: groups).reference([x])
      #expect(ChannelShuffle(groups: 12 / groups).reference([there]) == x)
      let split = Transpose([0, 2, 1, 3, 4]).reference([x.reshaped([2, groups, 12 / groups, 3, 2])])
      #expect(there == split.reshaped(x.shape))
    }
  }

  @Test mutating func transposesUndoEachOther() {
    let x = random.array([2, 3, 4, 5])
    for permutation in [[0, 1, 2, 3], [3, 1, 0, 2], [1, 2, 3, 0], [0, 2, 3, 1]] {
      let inverse = (0..<4).map { permutation.firstIndex(of: $0)! }
      #expect(Transpose(inverse).reference([Transpose(permutation).reference([x])]) == x)
    }
  }

  @Test mutating func slicesJoinToTheWhole() {
    let x = random.array([3, 7, 2, 5])
    for axis in 0..<4 {
      let size = x.shape[axis]
      let parts = [Self.part(x, axis, 0..<1), Self.part(x, axis, 1..<size)]
      #expect(Concat(axis: axis).reference(parts) == x)
    }
  }

  @Test mutating func softmaxRowsAreDistributions() {
    let x = random.array([4, 3, 19], in: -90...90)
    let y = Softmax().reference([x])
    #expect(y.scalars.allSatisfy { $0 >= 0 && $0 <= 1 })
    for row in 0..<12 { #expect(abs(y.scalars[row * 19..<(row + 1) * 19].reduce(0, +) - 1) < 1e-6) }
    let shifted = Softmax().reference([Add().reference([x, NDArray([], [32])])])
    #expect(shifted.relativeError(to: y) < 1e-4)
  }

  /// With one token there is nothing to choose: attention gives v.
  @Test mutating func attentionToOneToken() {
    let (q, k, v) = (random.array([2, 5, 6]), random.array([2, 1, 6]), random.array([2, 1, 4]))
    let y = Attention(heads: 2, scale: 0.7).reference([q, k, v])
    #expect(y == Add().reference([v, NDArray([2, 5, 4])]))
  }

  /// A head is attention on its part of the last dimension.
  @Test mutating func headsAreSlices() {
    let inputs = [random.array([2, 5, 6]), random.array([2, 3, 6]), random.array([2, 3, 4])]
    let heads = (0..<2).map { head in
      Attention(heads: 1, scale: 0.7).reference(
        inputs.map { x in
          let size = x.shape[2] / 2
          return Self.part(x, 2, head * size..<(head + 1) * size)
        })
    }
    #expect(Attention(heads: 2, scale: 0.7).reference(inputs) == Concat(axis: 2).reference(heads))
  }

  /// Rows have mean 0 and variance 1 before scale and bias.
  @Test mutating func layerNormalizationNormalizes() {
    let x = random.array([6, 32], in: -3...9)
    let ones = NDArray([32], repeating: 1)
    let y = LayerNormalization(epsilon: 0).reference([x, ones, NDArray([32])])
    let mean = ReduceMean(axes: [1]).reference([y])
    let square = ReduceMean(axes: [1]).reference([Mul().reference([y, y])])
    #expect(mean.scalars.allSatisfy { abs($0) < 1e-6 })
    #expect(square.scalars.allSatisfy { abs($0 - 1) < 1e-6 })
  }

  /// Normalising by a batch's own statistics is undone by them as scale and bias.
  @Test mutating func batchNormalizationUndone() {
    let x = random.array([2, 3, 4, 4])
    let (mean, variance) = (random.array([3]), random.array([3], in: 0.5...2))
    let deviation = NDArray([3], variance.scalars.map { $0.squareRoot() })
    let y = BatchNormalization(epsilon: 0).reference([x, deviation, mean, mean, variance])
    #expect(y.relativeError(to: x) < 1e-6)
  }

  @Test(arguments: [Resize.Coordinates.asymmetric, .halfPixel, .alignCorners])
  mutating func resizing(_ coordinates: Resize.Coordinates) {
    let x = random.array([1, 2, 5, 6])
    for mode in [Resize.Mode.nearest, .linear] {
      #expect(Resize(height: 5, width: 6, mode: mode, coordinates: coordinates).reference([x]) == x)
      let flat = NDArray([1, 1, 3, 4], repeating: 0.3)
      let larger = Resize(height: 7, width: 9, mode: mode, coordinates: coordinates).reference([flat])
      #expect(larger.scalars.allSatisfy { abs($0 - 0.3) < 1e-6 })
    }
  }
}
