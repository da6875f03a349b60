import SwiftletKernels

/// A panel of output channels and the tiles that compute it.
struct PanelCall: BitwiseCopyable {
  var panel: Panel
  var tile: TileFunction
  var width: Int
  /// The most pixels of a tile: higher spans are several.
  var most: Int

  init(_ panel: Panel, _ tile: TileFunction, _ width: Int, most: Int) {
    (self.panel, self.tile, self.width, self.most) = (panel, tile, width, most)
  }

  /// How many floats the tiles of a span fetch.
  @inline(__always)
  func fetchedFloats(height: Int) -> Int {
    let tiles = (height + most - 1) / most
    return tiles * panel.fetchedFloats(height: (height + tiles - 1) / tiles, width: width)
  }
}

/// Neighbouring output pixels of one row.
struct Span: BitwiseCopyable {
  var first: Int
  var height: Int
}

/// A row of pixels cut into spans: many of one height, then a few that fill the rest.
struct RowCut: Sendable {
  /// Those at hand.
  var heights: TileHeights
  var whole: Int
  var rest: [Span]
  var height: Int { heights.tallest }
  var count: Int { whole + rest.count }
  /// The height of each.
  var tiles: [Int] { Array(repeating: height, count: whole) + rest.map(\.height) }
}

/// The same, for a driver.
struct RowCutList: BitwiseCopyable {
  var height: Int
  var whole: Int
  var rest: UnsafePointer<Span>
  var count: Int

  @inline(__always) subscript(i: Int) -> Span {
    i < whole ? Span(first: i * height, height: height) : rest[i - whole]
  }

  /// How many spans from `i` on, but none from `end` on, are of one height: a call computes them all.
  @inline(__always) func alike(_ i: Int, below end: Int) -> Int {
    if i < whole { return min(whole, end) - i }
    var next = i + 1
    while next < min(end, count), rest[next - whole].height == rest[i - whole].height { next += 1 }
    return next - i
  }
}

extension Binder {
  func keep(_ cut: RowCut) -> RowCutList {
    RowCutList(height: cut.height, whole: cut.whole, rest: keep(cut.rest), count: cut.count)
  }
}

/// A convolution as tiles: rows of output pixels, each cut into spans, times panels of output channels.
struct ConvolutionCommand: BitwiseCopyable {
  var arguments = TileArguments()
  var input: UnsafePointer<Float>
  /// What is read instead of the input.
  var image: UnsafePointer<PaddedImage>?
  var output: UnsafeMutablePointer<Float>
  var shortcut: UnsafePointer<Float>?
  /// The parts of a panel lie side by side.
  var panels: UnsafePointer<PanelCall>
  var panelCount: Int
  var parts: Int
  var spans: RowCutList
  var batch: Int
  var rows: Int
  /// Floats from image to image and from row to row.
  var inputBatchStride: Int
  var inputRowStride: Int
  var outputBatchStride: Int
  var outputRowStride: Int
  var shortcutBatchStride: Int
  /// Tiles that pass all panels before the next ones are begun.
  var chunk: Int
  /// Panels stay in the second cache until the next tiles.
  var staysNear: Bool
  /// The most tiles of one call: fewer where an activation follows, so that it finds them in the first cache.
  var callTiles: Int
  /// Threads share the tiles of all panels, one panel after the other; otherwise the tiles that each panel has.
  var splitsPanels: Bool
  /// Weights of later steps to be fetched meanwhile.
  var fetches: FetchList
  /// Applied to what tiles have stored, while it is near.
  var post: UnaryFunction?
  var alpha: Float
  var beta: Float

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: ConvolutionCommand.self)
    let units = c.pointee.batch * c.pointee.rows * c.pointee.spans.count
    var fetcher = Fetcher(c.pointee.fetches, thread, threads)
    if c.pointee.image != nil {
      let rows = share(c.pointee.batch * c.pointee.rows, thread, threads)
      c.pointee.run(rows, thread, &fetcher)
    } else if c.pointee.splitsPanels {
      c.pointee.runShare(raw, units, thread, threads, &fetcher)
    } else {
      c.pointee.run(raw, share(units, thread, threads), 0..<c.pointee.panelCount, &fetcher)
    }
  }

  /// This thread's share of all tiles, one panel after the other: the first and the last panel may be shared with its neighbours.
  private func runShare(
    _ raw: UnsafeRawPointer, _ units: Int, _ thread: Int, _ threads: Int, _ fetcher: inout Fetcher
  ) {
    let total = (0..<panelCount).reduce(0) { $0 + panels[$1 * parts].width } * units
    let (from, to) = (start(total * thread / threads, units), start(total * (thread + 1) / threads, units))
    for panel in from.panel..<min(to.panel + 1, panelCount) {
      let first = panel == from.panel ? from.unit : 0
      let last = panel == to.panel ? to.unit : units
      if first < last { run(raw, first..<last, panel..<panel + 1, &fetcher) }
    }
  }

  /// The panel and the tile at which so much work is done, in channels of tiles.
  private func start(_ work: Int, _ units: Int) -> (panel: Int, unit: Int) {
    var (rest, panel) = (work, 0)
    while panel < panelCount, rest >= panels[panel * parts].width * units {
      rest -= panels[panel * parts].width * units
      panel += 1
    }
    return (panel, panel < panelCount ? rest / panels[panel * parts].width : 0)
  }

  private func run(_ raw: UnsafeRawPointer, _ units: Range<Int>, _ panels: Range<Int>, _ fetcher: inout Fetcher) {
    var first = units.lowerBound
    while first < units.upperBound {
      let last = chunk < units.upperBound - first ? first + chunk : units.upperBound
      for i in panels.lowerBound * parts..<panels.upperBound * parts {
        sweep(raw, self.panels + i, first, last, fetchesNext: first == units.lowerBound || !staysNear, &fetcher)
      }
      first = last
    }
  }

  /// Some rows of the only image, the first of which goes to `target`.
  /// - Parameter pixels: these rows as one, where the rows of the map are not told apart.
  func run(
    rows: Range<Int>, of width: Int, as pixels: RowCutList?, to target: UnsafeMutablePointer<Float>, _ thread: Int
  ) {
    var band = self
    var fetcher = Fetcher(fetches, 0, 1)
    guard let pixels else {
      band.output = target - rows.lowerBound * outputRowStride
      return band.run(rows, thread, &fetcher)
    }
    band.spans = pixels
    band.input += rows.lowerBound * width * arguments.pixelStep
    band.output = target
    withUnsafePointer(to: band) { $0.pointee.run($0, 0..<pixels.count, 0..<panelCount, &fetcher) }
  }

  /// Some rows of all images, one after the other.
  private func run(_ all: Range<Int>, _ thread: Int, _ fetcher: inout Fetcher) {
    var part = self
    var next = all.lowerBound
    while next < all.upperBound {
      let first = next
      next = all.upperBound
      guard let image else {
        let units = first * spans.count..<next * spans.count
        withUnsafePointer(to: part) { $0.pointee.run($0, units, 0..<panelCount, &fetcher) }
        continue
      }
      let (n, row) = (first / rows, first % rows)
      next = min(next, first + image.pointee.rows, (n + 1) * rows)
      let band = row..<row + next - first
      part.input = image.pointee.make(n, band, thread) - n * inputBatchStride
      var ahead = Fetcher(image.pointee.ahead(n, band, thread), 0, 1)
      let units = first * spans.count..<next * spans.count
      withUnsafePointer(to: part) { $0.pointee.run($0, units, 0..<panelCount, &ahead) }
    }
  }

  /// One panel over the tiles `first..<last`, those of one height side by side in one call.
  @inline(__always)
  private func sweep(
    _ raw: UnsafeRawPointer, _ call: UnsafePointer<PanelCall>, _ first: Int, _ last: Int, fetchesNext: Bool,
    _ fetcher: inout Fetcher
  ) {
    var panel = call.pointee.panel
    if !fetchesNext { panel.next = panel.nextEnd }
    var unit = first
    while unit < last {
      let i = unit % spans.count
      let row = unit / spans.count % rows
      let image = unit / spans.count / rows
      let s = spans[i]
      let count = min(spans.alike(i, below: i + last - unit), callTiles)
      let pixel = row * outputRowStride + s.first * 16
      let to = output + (image * outputBatchStride + pixel + panel.outputOffset)
      let from =
        input + (image * inputBatchStride + row * inputRowStride + s.first * arguments.pixelStep + panel.inputOffset)
      let add = shortcut.map { $0 + (image * shortcutBatchStride + pixel + panel.residualOffset) }
      let floats = call.pointee.fetchedFloats(height: s.height)
      fetcher.give(&panel, tiles: count, floats: floats)
      withUnsafePointer(to: panel) { call.pointee.tile(s.height, count, raw, $0, from, to, add) }
      panel.passNext(tiles: count, floats: floats)
      if let post, panel.isLastPart {
        for block in stride(from: 0, to: call.pointee.width, by: 16) {
          let p = to + block / 16 * arguments.outputBlockStride
          post(p, p, count * s.height * 16, alpha, beta)
        }
      }
      unit += count
    }
  }
}
