import SwiftletKernels

/// A panel of output channels and the tiles that compute it.
struct PanelCall: BitwiseCopyable {
  var panel: Panel
  var tile: TileFunction
  var width: Int
  /// Lines that a tile of the largest height fetches.
  var tileLines: Int

  init(_ panel: Panel, _ tile: TileFunction, _ width: Int, _ set: KernelSet) {
    (self.panel, self.tile, self.width) = (panel, tile, width)
    tileLines = panel.depth * fetchPace(height: set.tileHeights[0], width: width) / 4
  }
}

/// Neighbouring output pixels of one row.
struct Span: BitwiseCopyable {
  var first: Int
  var height: Int
}

/// A row of pixels cut into spans: many of one height, then a few that fill the rest.
struct RowCut: Sendable {
  var height: Int
  var whole: Int
  var rest: [Span]
  var count: Int { whole + rest.count }
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
  /// Threads share panels; otherwise tiles.
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
    let fetcher = Fetcher(c.pointee.fetches, thread, threads)
    if c.pointee.splitsPanels {
      c.pointee.run(raw, 0..<units, share(c.pointee.panelCount, thread, threads), fetcher)
    } else {
      c.pointee.run(raw, share(units, thread, threads), 0..<c.pointee.panelCount, fetcher)
    }
  }

  private func run(_ raw: UnsafeRawPointer, _ units: Range<Int>, _ panels: Range<Int>, _ fetcher: Fetcher) {
    var fetcher = fetcher
    var first = units.lowerBound
    while first < units.upperBound {
      let last = chunk < units.upperBound - first ? first + chunk : units.upperBound
      for i in panels.lowerBound * parts..<panels.upperBound * parts {
        sweep(raw, self.panels + i, first, last, fetchesNext: first == units.lowerBound || !staysNear, &fetcher)
      }
      first = last
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
      let count = max(1, min(last - unit, spans.whole - i, callTiles))
      let pixel = row * outputRowStride + s.first * 16
      let to = output + (image * outputBatchStride + pixel + panel.outputOffset)
      let from =
        input + (image * inputBatchStride + row * inputRowStride + s.first * arguments.pixelStep + panel.inputOffset)
      let add = shortcut.map { $0 + (image * shortcutBatchStride + pixel + panel.residualOffset) }
      let lines = count * call.pointee.tileLines
      fetcher.give(&panel, lines: lines)
      withUnsafePointer(to: panel) { call.pointee.tile(s.height, count, raw, $0, from, to, add) }
      panel.passNext(lines: lines)
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
