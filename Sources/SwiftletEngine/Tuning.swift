import CPlatform

/// The thresholds by which a planner chooses, where machines differ: from how many channels, bytes or pixels on a way is worth it.
///
/// Any values within the ranges of `fields` give right answers. No choice by them depends on threads or batch mates, so that
/// answers are the same bits for any number of either; between two tunings they may differ by rounding.
public struct Tuning: Hashable, Sendable {
  /// The fewest channels, in and out, of convolutions by Winograd: fewer leave too little work between the transforms.
  public var winogradChannels = 24
  /// Bytes of transformed input of a group of tiles: what stays in the second cache.
  public var winogradGroupBytes = 256 << 10
  /// Transformed weights are up to four times as large; more bytes than this come from memory, and are only read where many tiles
  /// share them.
  public var winogradWeightBytes = 2 << 20
  /// How many tiles are many.
  public var winogradSharingTiles = 16
  /// The fewest channels, in and out, of 1×1 convolutions by Strassen's product: fewer leave too little work between the sums.
  public var strassenChannels = 128
  /// The fewest pixels of a map: fewer leave weights, which are 7/4 as many, too little use.
  public var strassenPixels = 49
  /// The fewest values of the smaller map, input or output: fewer leave too few products for what sums and weights cost.
  public var strassenValues = 4704
  /// The most pixels that go through all products of a Strassen product together: what stays in the second cache.
  public var strassenChunk = 256
  /// The fewest channels, in and out, of convolutions in bfloat16: fewer leave too little work beside rounding the input.
  public var bfloat16Channels = 24
  /// The most products of a panel that is not cut, where every tile reads inputs of its own: the panel stays in the first cache
  /// beside them.
  public var wholeDepth: Int
  /// The same of windows, which read the same inputs several times: the panel may come from the second cache.
  public var wholeWindowDepth: Int
  /// The same of windows of stride 1 that slide along the rows of a map: each tile reads most of its inputs several times.
  public var wholeSlidingDepth: Int
  /// The most products of a part of a panel that is cut.
  public var panelDepth: Int
  /// Floats of the input that tiles read before the next panel has its turn: what stays in the second cache.
  public var nearFloats = 32768
  /// Floats of weights that stay in the second cache until the next tiles.
  public var farFloats = 131_072
  /// Cycles that it takes to copy a pixel of a block beside its neighbours, so that tiles of all rows make one.
  public var copyCycles = 6
  /// Pixels that tiles store before an activation of its own goes over them: what stays in the first cache.
  public var activationPixels = 96
  /// Floats of the scores of attention that a thread holds: what stays in the first cache.
  public var scoreFloats = 6144
  /// Pixels for each thread from which threads share the pixels of a map, and not its channels.
  public var pixelsPerThread = 96
  /// The most floats of a linear layer on vectors that the steps before it fetch: more would push itself out of the last cache, or
  /// of the second one where fetching into the last one is not worth it.
  public var fetchedFloats = 6 << 18
  /// Floats of an image with zeros around it that a thread makes before it reads them: what stays in the first cache, or partly in the
  /// second where longer bands, which share fewer rows, save more.
  public var imageFloats = 4096
  /// Bytes of a map that a depthwise convolution reads as they are made: what stays in the second cache. Maps of less than twice as many
  /// are made as a whole, as all are on machines where nobody measured what is better.
  public var bandBytes = 1 << 30
  /// The fewest pixels that tiles cross three at a time, where there are such tiles: with fewer, and for Winograd, weights come too slowly.
  public var crossedPixels = 40
  /// 1 where two pixels share a vector whose channels fill half of one, 0 where each has half a vector of its own.
  public var sharesVectors = 1

  /// What is good on most machines that have these instructions, on some with AVX-512 what is on those.
  public init(for set: InstructionSet) {
    switch set {
    // Without fused multiply-adds products are rounded as well, so that sums of inputs stray further.
    case .baseline:
      (wholeDepth, wholeWindowDepth, wholeSlidingDepth, panelDepth) = (256, 256, 256, 256)
      strassenChannels = 256
    case .avx2:
      (wholeDepth, wholeWindowDepth, wholeSlidingDepth, panelDepth) = (192, 384, 384, 160)
      (winogradChannels, strassenChannels) = (12, 96)
      // Its first cache has 48 KiB, not 32.
      if Int(platform_processor_kind()) == PLATFORM_ZEN5 { wholeDepth = 352 }
    // Products, transforms and sums are all vectors, so that their shares of the time are AVX2's.
    case .avx512:
      (wholeDepth, wholeWindowDepth, wholeSlidingDepth, panelDepth) = (1024, 1024, 1024, 1024)
      (winogradChannels, strassenChannels) = (12, 96)
      switch Int(platform_processor_kind()) {
      case PLATFORM_INTEL: setForIntel()
      case PLATFORM_ZEN5: setForZen5()
      case PLATFORM_ZEN4: setForZen4()
      default: break
      }
    }
  }

  /// AMD's processors from Zen 5 on begin two products of 16 floats a cycle, so that sums cost twice as much beside them as on those
  /// before; their second cache of 1 MiB is faster than the last one by more. Two threads lose by Strassen's products of small maps, which
  /// read 7/4 as many weights, and one gains nothing.
  private mutating func setForZen5() {
    (strassenChannels, strassenPixels, strassenValues) = (128, 100, 12544)
    bandBytes = 512 << 10
    fetchedFloats = 64 << 10
  }

  /// AMD's Zen 4 does a vector of 16 floats in two turns of 8: it begins as many products of floats a cycle with halves of vectors, of
  /// which it does two where two pixels would share one. Its second cache of 1 MiB is large enough for bands of maps and of the image,
  /// and too small for the weights of whole layers on vectors beside them.
  private mutating func setForZen4() {
    sharesVectors = 0
    bandBytes = 384 << 10
    fetchedFloats = 256 << 10
    imageFloats = 8192
    winogradChannels = 8
  }

  /// Intel's processors with AVX-512 begin two products a cycle, and what does not stay in a core's second cache of 1 or 2 MiB comes from
  /// a last one that is hardly faster than memory. So sums cost more than most products that they save, and maps are best read while
  /// they are made.
  private mutating func setForIntel() {
    (strassenChannels, strassenPixels) = (256, 144)
    (winogradGroupBytes, winogradSharingTiles) = (512 << 10, 49)
    bandBytes = 512 << 10
    fetchedFloats = 64 << 10
  }

  /// Into how many parts a panel of so many products is cut.
  /// - Parameter whole: the most of one that is not.
  func parts(_ depth: Int, whole: Int) -> Int {
    depth <= whole ? 1 : (depth + panelDepth - 1) / panelDepth
  }

  /// Every threshold: its name in files, where it is, what it may be.
  public static let fields: [Field] = [
    Field("winograd_channels", \.winogradChannels, 1...4096),
    Field("winograd_group_bytes", \.winogradGroupBytes, 4096...16 << 20),
    Field("winograd_weight_bytes", \.winogradWeightBytes, 0...1 << 40),
    Field("winograd_sharing_tiles", \.winogradSharingTiles, 0...1 << 20),
    Field("strassen_channels", \.strassenChannels, 32...4096),
    Field("strassen_pixels", \.strassenPixels, 1...1 << 20),
    Field("strassen_values", \.strassenValues, 1...1 << 30),
    Field("strassen_chunk", \.strassenChunk, 1...1 << 20),
    Field("bfloat16_channels", \.bfloat16Channels, 16...4096),
    Field("whole_depth", \.wholeDepth, 16...1 << 20),
    Field("whole_window_depth", \.wholeWindowDepth, 16...1 << 20),
    Field("whole_sliding_depth", \.wholeSlidingDepth, 16...1 << 20),
    Field("panel_depth", \.panelDepth, 16...1 << 20),
    Field("near_floats", \.nearFloats, 1...1 << 30),
    Field("far_floats", \.farFloats, 1...1 << 30),
    Field("copy_cycles", \.copyCycles, 0...1 << 10),
    Field("activation_pixels", \.activationPixels, 1...1 << 20),
    Field("score_floats", \.scoreFloats, 1...1 << 20),
    Field("pixels_per_thread", \.pixelsPerThread, 1...1 << 30),
    Field("fetched_floats", \.fetchedFloats, 0...1 << 28),
    Field("image_floats", \.imageFloats, 1...1 << 30),
    Field("band_bytes", \.bandBytes, 4096...1 << 40),
    Field("crossed_pixels", \.crossedPixels, 1...1 << 20),
    Field("shares_vectors", \.sharesVectors, 0...1),
  ]

  public struct Field: Sendable {
    public let name: String
    public let path: any WritableKeyPath<Tuning, Int> & Sendable
    public let range: ClosedRange<Int>

    init(_ name: String, _ path: any WritableKeyPath<Tuning, Int> & Sendable, _ range: ClosedRange<Int>) {
      (self.name, self.path, self.range) = (name, path, range)
    }
  }

  /// All values, in the order of `fields`.
  public var values: [Int] { Self.fields.map { self[keyPath: $0.path] } }
}
