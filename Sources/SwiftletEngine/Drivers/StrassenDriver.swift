import SwiftletKernels

/// Pixels × channels, in blocks of 16 channels.
struct BlockMatrix: BitwiseCopyable {
  var start: UnsafeMutablePointer<Float>
  /// Floats from block to block.
  var plane: Int

  @inline(__always)
  func from(block: Int = 0, pixel: Int = 0) -> BlockMatrix {
    BlockMatrix(start: start + (block * plane + pixel * 16), plane: plane)
  }
}

/// One of the seven products of quarters.
struct StrassenProduct: BitwiseCopyable {
  /// The parts of a panel lie side by side; what they read and write is counted in blocks.
  var calls: UnsafePointer<PanelCall>
  var panelCount: Int
  var parts: Int
}

/// The seven, in the order in which they run; each adds to a sum of those before.
struct StrassenProducts: BitwiseCopyable {
  /// U₁ = A₁₁ B₁₁
  var u1: StrassenProduct
  /// C₁₁ = U₁ + A₁₂ B₂₁
  var c11: StrassenProduct
  /// U₂ = U₁ + S₂ T₂
  var u2: StrassenProduct
  /// U₄ = U₂ + S₁ T₁
  var u4: StrassenProduct
  /// U₃ = U₂ + S₃ T₃
  var u3: StrassenProduct
  /// C₁₂ = U₄ + S₄ B₂₂
  var c12: StrassenProduct
  /// C₂₁ = U₃ − A₂₂ T₄
  var c21: StrassenProduct
}

/// How the four sums of the input are made, `plane` floats from block to block.
struct StrassenSums: BitwiseCopyable {
  var function: StrassenSumsFunction
  /// Blocks of the halves of the input's channels.
  var left: Int
  var right: Int
  /// Sixteen zeros, sixteen ones, and ones for the channels of the input's last block.
  var lanes: UnsafePointer<Float>
  /// From the first pixel of a pair to the second.
  var below: Int
  var plane: Int

  func add(_ a: BlockMatrix, _ pairs: Int, to s: UnsafeMutablePointer<Float>) {
    for block in 0..<left {
      let first = a.from(block: block)
      // Where there is no block on the right, any one stands for zeros.
      let second = block < right ? a.from(block: left + block) : first
      let isChannel = block < right - 1 ? lanes + 16 : block < right ? lanes + 32 : lanes
      function(
        first.start, second.start, first.from(pixel: below).start, second.from(pixel: below).start, s + block * plane,
        left * plane, pairs * 16, isChannel)
    }
  }
}

/// A 1×1 convolution by Strassen's matrix product: pairs of pixels, one in either half of an image, times panels of channels, of which
/// there are two as well. Which pixels are pairs depends on the map alone; so do the answers.
struct StrassenCommand: BitwiseCopyable {
  var sums: StrassenSums
  var last: StrassenLastFunction
  var add: BinaryFunction
  var input: BlockMatrix
  var output: BlockMatrix
  var shortcut: BlockMatrix?
  var products: StrassenProducts
  /// The first block of each panel on the left, and the end.
  var blocks: UnsafePointer<Int>
  var panelCount: Int
  /// Blocks of the halves of the output's channels.
  var outputLeft: Int
  var outputRight: Int
  var batch: Int
  /// Bands of an image that have pairs of their own, and floats of a block of one.
  var bands: Int
  var bandFloats: Int
  /// The first pixels of a band's pairs.
  var spans: RowCutList
  /// Pixels at the end that are second ones as well, and are left to those: one in maps with an odd number.
  var shared: Int
  /// Spans that go through all products together, so that everything between stays in the second cache.
  var chunk: Int
  /// What each thread computes of an image; `nil` where threads share the spans of all images.
  var dealt: DealList?
  var inputBatchStride: Int
  var outputBatchStride: Int
  var shortcutBatchStride: Int
  /// For each thread four sums of the input and three of products.
  var scratch: UnsafeMutablePointer<Float>
  var scratchStride: Int
  var lower: Float
  var upper: Float
  /// The most tiles of one call: fewer where an activation follows, so that it finds them in the first cache.
  var callTiles: Int
  /// Weights of later steps to be fetched meanwhile.
  var fetches: FetchList
  /// Applied to what tiles have stored, while it is near.
  var post: UnaryFunction?
  var alpha: Float
  var beta: Float

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: StrassenCommand.self)
    let scratch = c.pointee.scratch + thread * c.pointee.scratchStride
    var fetcher = Fetcher(c.pointee.fetches, thread, threads)
    if let dealt = c.pointee.dealt {
      for band in 0..<c.pointee.bands { c.pointee.run(dealt, band, thread, threads, scratch, &fetcher) }
    } else {
      let units = c.pointee.batch * c.pointee.bands * c.pointee.spans.count
      c.pointee.run(share(units, thread, threads), scratch, &fetcher)
    }
  }

  /// What was dealt of one band.
  private func run(
    _ dealt: DealList, _ band: Int, _ thread: Int, _ threads: Int, _ scratch: UnsafeMutablePointer<Float>,
    _ fetcher: inout Fetcher
  ) {
    func own(_ units: Range<Int>) -> Range<Int> {
      let own = units.clamped(to: band * spans.count..<(band + 1) * spans.count)
      return own.lowerBound - band * spans.count..<own.upperBound - band * spans.count
    }
    let units = own(dealt.units(thread, threads))
    addInput(band, units, scratch)
    dealt.forEach(thread, threads) {
      let part = own($0.units)
      if !part.isEmpty { multiply(band, part, $0.panels, scratch, from: units.lowerBound, &fetcher) }
    }
  }

  /// Floats from the start to a band, of all images one after the other.
  @inline(__always)
  private func start(_ band: Int, _ batchStride: Int) -> Int {
    band / bands * batchStride + band % bands * bandFloats
  }

  private func run(_ units: Range<Int>, _ scratch: UnsafeMutablePointer<Float>, _ fetcher: inout Fetcher) {
    var unit = units.lowerBound
    while unit < units.upperBound {
      let band = unit / spans.count
      let count = min(units.upperBound, (band + 1) * spans.count) - unit
      let first = unit - band * spans.count
      let chunks = (count + chunk - 1) / chunk
      for i in 0..<chunks {
        let part = share(count, i, chunks)
        let own = first + part.lowerBound..<first + part.upperBound
        addInput(band, own, scratch)
        multiply(band, own, 0..<panelCount, scratch, from: own.lowerBound, &fetcher)
      }
      unit += count
    }
  }

  /// The first pixels of the pairs of some spans.
  private func pairs(_ units: Range<Int>) -> (start: Int, count: Int) {
    let start = spans[units.lowerBound].first
    return (start, spans[units.upperBound - 1].first + spans[units.upperBound - 1].height - start)
  }

  /// The sums of the pairs of the spans `own`.
  private func addInput(_ band: Int, _ own: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) {
    guard !own.isEmpty else { return }
    let pairs = pairs(own)
    let a = BlockMatrix(start: input.start + (start(band, inputBatchStride) + pairs.start * 16), plane: input.plane)
    sums.add(a, pairs.count, to: scratch)
  }

  /// The channels of `panels` for the pairs of the spans `own`.
  /// - Parameter origin: the span with which the sums in `scratch` begin.
  private func multiply(
    _ band: Int, _ own: Range<Int>, _ panels: Range<Int>, _ scratch: UnsafeMutablePointer<Float>, from origin: Int,
    _ fetcher: inout Fetcher
  ) {
    let (first, pairs) = pairs(own)
    func part(_ m: BlockMatrix, _ batchStride: Int) -> BlockMatrix {
      BlockMatrix(start: m.start + (start(band, batchStride) + first * 16), plane: m.plane)
    }
    let a = part(input, inputBatchStride)
    let c = part(output, outputBatchStride)
    let r = shortcut.map { part($0, shortcutBatchStride) }
    let (a12, c12) = (a.from(block: sums.left), c.from(block: outputLeft))
    let s1 = BlockMatrix(start: scratch, plane: sums.plane).from(pixel: first - spans[origin].first)
    let (s2, s3, s4) = (s1.from(block: sums.left), s1.from(block: 2 * sums.left), s1.from(block: 3 * sums.left))
    let u1 = s1.from(block: 4 * sums.left)
    let (u2, u4, u3) = (u1.from(block: outputLeft), u1.from(block: 2 * outputLeft), u1)

    sweep(products.u1, panels, own, a, u1, adding: nil, isFinal: false, &fetcher)
    if let r { addBlocks(panels, u1, r, to: u4, pairs) }
    sweep(products.c11, panels, own, a12, c, adding: r == nil ? u1 : u4, isFinal: true, leaving: shared, &fetcher)
    sweep(products.u2, panels, own, s2, u2, adding: u1, isFinal: false, &fetcher)
    sweep(products.u4, panels, own, s1, u4, adding: u2, isFinal: false, &fetcher)
    sweep(products.u3, panels, own, s3, u3, adding: u2, isFinal: false, &fetcher)
    finish(panels, u2, u4, u3, c12, r, pairs)
    sweep(products.c12, panels, own, s4, c12, adding: u4, isFinal: true, leaving: shared, &fetcher)
    sweep(
      products.c21, panels, own, a12.from(pixel: sums.below), c.from(pixel: sums.below), adding: u3, isFinal: true,
      &fetcher)
  }

  private func addBlocks(
    _ panels: Range<Int>, _ a: BlockMatrix, _ b: BlockMatrix, to c: BlockMatrix, _ pairs: Int
  ) {
    for block in blocks[panels.lowerBound]..<blocks[panels.upperBound] {
      let (from, to) = (b.from(block: block).start, c.from(block: block).start)
      add(a.from(block: block).start, 16, 1, from, 16, 1, to, pairs * 16)
    }
  }

  /// C₂₂, and all shortcuts but that of C₁₁.
  private func finish(
    _ panels: Range<Int>, _ u2: BlockMatrix, _ u4: BlockMatrix, _ u3: BlockMatrix, _ c12: BlockMatrix,
    _ r: BlockMatrix?, _ pairs: Int
  ) {
    let below = sums.below
    let (r12, r21) = (r?.from(block: outputLeft), r?.from(pixel: below))
    for block in blocks[panels.lowerBound]..<blocks[panels.upperBound] {
      let (sum, add21) = (u3.from(block: block).start, r21?.from(block: block).start)
      if block < outputRight {
        let to = c12.from(block: block, pixel: below).start
        last(
          u2.from(block: block).start, u4.from(block: block).start, sum, pairs * 16, r12?.from(block: block).start,
          add21, r12?.from(block: block, pixel: below).start, lower, upper, to)
        post?(to, to, pairs * 16, alpha, beta)
      } else if let add21 {
        add(sum, 16, 1, add21, 16, 1, sum, pairs * 16)
      }
    }
  }

  /// One product, panel after panel.
  private func sweep(
    _ product: StrassenProduct, _ panels: Range<Int>, _ units: Range<Int>, _ a: BlockMatrix, _ c: BlockMatrix,
    adding r: BlockMatrix?, isFinal: Bool, leaving shared: Int = 0, _ fetcher: inout Fetcher
  ) {
    var arguments = TileArguments()
    (arguments.inputBlockStride, arguments.outputBlockStride) = (a.plane, c.plane)
    arguments.residualBlockStride = r?.plane ?? 0
    if isFinal { (arguments.lower, arguments.upper) = (lower, upper) }
    let start = spans[units.lowerBound].first
    let own = panels.clamped(to: 0..<product.panelCount)
    for i in own.lowerBound * product.parts..<own.upperBound * product.parts {
      let call = product.calls + i
      var panel = call.pointee.panel
      var unit = units.lowerBound
      while unit < units.upperBound {
        let span = spans[unit]
        let height = span.height - (unit == spans.count - 1 ? shared : 0)
        if height == 0 { break }
        let end = min(units.upperBound, spans.count - (shared > 0 ? 1 : 0))
        let count = min(spans.alike(unit, below: end), isFinal ? callTiles : Int.max)
        let pixel = span.first - start
        let from = a.from(block: panel.inputOffset, pixel: pixel).start
        let to = c.from(block: panel.outputOffset, pixel: pixel).start
        let add = r?.from(block: panel.outputOffset, pixel: pixel).start
        let floats = call.pointee.fetchedFloats(height: height)
        fetcher.give(&panel, tiles: count, floats: floats)
        call.pointee.tile(height, count, &arguments, &panel, from, to, add)
        panel.passNext(tiles: count, floats: floats)
        if isFinal, let post, panel.isLastPart {
          for block in 0..<call.pointee.width / 16 {
            let p = to + block * c.plane
            post(p, p, count * height * 16, alpha, beta)
          }
        }
        unit += count
      }
    }
  }
}
