extension MobileNetV4 {
  /// A block of the tables.
  enum Block {
    /// A convolution with normalisation: kernel and channels.
    case conv(Int, Int)
    /// A fused inverted bottleneck, 3x3: its expansion.
    case fused(Double)
    /// A universal inverted bottleneck: kernels before and behind the expansion, expansion.
    case universal(Int, Int, Double)
    /// Mobile MQA: heads, size of each, stride of keys and values.
    case attention(Int, Int, Int)

    // The four forms of the universal inverted bottleneck.

    static func extraDW(_ start: Int, _ middle: Int, _ t: Double) -> Block { .universal(start, middle, t) }
    static func inverted(_ kernel: Int, _ t: Double) -> Block { .universal(0, kernel, t) }
    static func convNeXt(_ kernel: Int, _ t: Double) -> Block { .universal(kernel, 0, t) }
    static func feedForward(_ t: Double) -> Block { .universal(0, 0, t) }
  }

  /// The tables of the paper's appendix: stages of `c` channels, each a list of blocks repeated `n` times. The first block
  /// of a stage strides.
  public struct Architecture: Sendable {
    typealias Stage = (c: Int, blocks: [(n: Int, Block)])
    var stem = 32
    var activation = Activation.relu
    /// Hybrids scale what their blocks add.
    var scalesLayers = false
    var stages: [Stage]

    public static let convSmall = Architecture(stages: [
      (c: 32, blocks: [(1, .conv(3, 32)), (1, .conv(1, 32))]),
      (c: 64, blocks: [(1, .conv(3, 96)), (1, .conv(1, 64))]),
      (c: 96, blocks: [(1, .extraDW(5, 5, 3)), (4, .inverted(3, 2)), (1, .convNeXt(3, 4))]),
      (
        c: 128,
        blocks: [
          (1, .extraDW(3, 3, 6)), (1, .extraDW(5, 5, 4)), (1, .inverted(5, 4)), (1, .inverted(5, 3)),
          (2, .inverted(3, 4)),
        ]
      ),
    ])

    public static let convMedium = Architecture(stages: [
      (c: 48, blocks: [(1, .fused(4))]),
      (c: 80, blocks: [(1, .extraDW(3, 5, 4)), (1, .extraDW(3, 3, 2))]),
      (
        c: 160,
        blocks: [
          (1, .extraDW(3, 5, 6)), (2, .extraDW(3, 3, 4)), (1, .extraDW(3, 5, 4)), (1, .extraDW(3, 3, 4)),
          (1, .convNeXt(3, 4)), (1, .feedForward(2)), (1, .convNeXt(3, 4)),
        ]
      ),
      (
        c: 256,
        blocks: [
          (1, .extraDW(5, 5, 6)), (1, .extraDW(5, 5, 4)), (2, .extraDW(3, 5, 4)), (1, .feedForward(4)),
          (1, .convNeXt(3, 4)), (1, .extraDW(3, 5, 2)), (1, .extraDW(5, 5, 4)), (2, .feedForward(4)),
          (1, .convNeXt(5, 2)),
        ]
      ),
    ])

    public static let convLarge = Architecture(
      stem: 24,
      stages: [
        (c: 48, blocks: [(1, .fused(4))]),
        (c: 96, blocks: [(1, .extraDW(3, 5, 4)), (1, .extraDW(3, 3, 4))]),
        (
          c: 192,
          blocks: [
            (1, .extraDW(3, 5, 4)), (3, .extraDW(3, 3, 4)), (1, .extraDW(3, 5, 4)), (5, .extraDW(5, 3, 4)),
            (1, .convNeXt(3, 4)),
          ]
        ),
        (
          c: 512,
          blocks: [
            (4, .extraDW(5, 5, 4)), (1, .convNeXt(5, 4)), (1, .extraDW(5, 3, 4)), (2, .convNeXt(5, 4)),
            (1, .extraDW(5, 3, 4)), (1, .extraDW(5, 5, 4)), (3, .convNeXt(5, 4)),
          ]
        ),
      ])

    public static let hybridMedium = Architecture(
      scalesLayers: true,
      stages: [
        (c: 48, blocks: [(1, .fused(4))]),
        (c: 80, blocks: [(1, .extraDW(3, 5, 4)), (1, .extraDW(3, 3, 2))]),
        (
          c: 160,
          blocks: [
            (1, .extraDW(3, 5, 6)), (1, .feedForward(2)), (1, .extraDW(3, 3, 4)), (1, .extraDW(3, 5, 4)),
            (1, .attention(4, 64, 2)), (1, .extraDW(3, 3, 4)), (1, .attention(4, 64, 2)), (1, .convNeXt(3, 4)),
            (1, .attention(4, 64, 2)), (1, .extraDW(3, 3, 4)), (1, .attention(4, 64, 2)), (1, .convNeXt(3, 4)),
          ]
        ),
        (
          c: 256,
          blocks: [
            (1, .extraDW(5, 5, 6)), (1, .extraDW(5, 5, 4)), (2, .extraDW(3, 5, 4)), (1, .feedForward(2)),
            (1, .extraDW(3, 5, 2)), (1, .feedForward(2)), (1, .feedForward(4)), (1, .attention(4, 64, 1)),
            (1, .convNeXt(3, 4)), (1, .attention(4, 64, 1)), (1, .extraDW(5, 5, 4)), (1, .attention(4, 64, 1)),
            (1, .convNeXt(5, 4)), (1, .attention(4, 64, 1)), (1, .convNeXt(5, 4)),
          ]
        ),
      ])

    public static let hybridLarge = Architecture(
      stem: 24, activation: .gelu, scalesLayers: true,
      stages: [
        (c: 48, blocks: [(1, .fused(4))]),
        (c: 96, blocks: [(1, .extraDW(3, 5, 4)), (1, .extraDW(3, 3, 4))]),
        (
          c: 192,
          blocks: [
            (1, .extraDW(3, 5, 4)), (3, .extraDW(3, 3, 4)), (1, .extraDW(3, 5, 4)), (2, .extraDW(5, 3, 4)),
            (1, .attention(8, 48, 2)), (1, .extraDW(5, 3, 4)), (1, .attention(8, 48, 2)), (1, .extraDW(5, 3, 4)),
            (1, .attention(8, 48, 2)), (1, .extraDW(5, 3, 4)), (1, .attention(8, 48, 2)), (1, .convNeXt(3, 4)),
          ]
        ),
        (
          c: 512,
          blocks: [
            (4, .extraDW(5, 5, 4)), (1, .convNeXt(5, 4)), (1, .extraDW(5, 3, 4)), (2, .convNeXt(5, 4)),
            (1, .extraDW(5, 3, 4)), (1, .extraDW(5, 5, 4)), (1, .attention(8, 64, 1)), (1, .convNeXt(5, 4)),
            (1, .attention(8, 64, 1)), (1, .convNeXt(5, 4)), (1, .attention(8, 64, 1)), (1, .convNeXt(5, 4)),
            (1, .attention(8, 64, 1)), (1, .convNeXt(5, 4)),
          ]
        ),
      ])
  }
}
