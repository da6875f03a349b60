import SwiftletKernels

/// A panel of output channels and the tiles that compute it.
struct PanelCall: BitwiseCopyable {
  var panel: Panel
  var tile: TileFunction
  var width: Int
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
  var panels: UnsafePointer<PanelCall>
  var panelCount: Int
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
  /// Threads share panels; otherwise tiles.
  var splitsPanels: Bool
  /// Applied to what tiles have stored, while it is near.
  var post: UnaryFunction?
  var alpha: Float
  var beta: Float

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: ConvolutionCommand.self)
    let units = c.pointee.batch * c.pointee.rows * c.pointee.spans.count
    if c.pointee.splitsPanels {
      c.pointee.run(raw, 0..<units, share(c.pointee.panelCount, thread, threads))
    } else {
      c.pointee.run(raw, share(units, thread, threads), 0..<c.pointee.panelCount)
    }
  }

  private func run(_ raw: UnsafeRawPointer, _ units: Range<Int>, _ panels: Range<Int>) {
    var first = units.lowerBound
    while first < units.upperBound {
      let last = chunk < units.upperBound - first ? first + chunk : units.upperBound
      for i in panels { sweep(raw, self.panels + i, first, last) }
      first = last
    }
  }

  /// One panel over the tiles `first..<last`.
  @inline(__always)
  private func sweep(_ raw: UnsafeRawPointer, _ call: UnsafePointer<PanelCall>, _ first: Int, _ last: Int) {
    let panel = call.pointee.panel
    let panelFloats = (panel.depth + 1) * call.pointee.width
    // Where many tiles pass one panel after another, they fetch the panel after this one, a line a step, once.
    var next = panel.weights + panelFloats
    let end = last - first > 4 ? next + panelFloats : next
    var span = first % spans.count
    var row = first / spans.count % rows
    var image = first / spans.count / rows
    for _ in first..<last {
      let s = spans[span]
      let to = output + (image * outputBatchStride + row * outputRowStride + s.first * 16 + panel.outputOffset)
      let from = input + (image * inputBatchStride + row * inputRowStride + s.first * arguments.pixelStep)
      let add = shortcut.map {
        $0 + (image * shortcutBatchStride + row * outputRowStride + s.first * 16 + panel.residualOffset)
      }
      call.pointee.tile(s.height, raw, UnsafeRawPointer(call), from, to, add, next < end ? next : panel.weights)
      if let post {
        var block = 0
        while block < call.pointee.width {
          let p = to + block / 16 * arguments.outputBlockStride
          post(p, p, s.height * 16, alpha, beta)
          block += 16
        }
      }
      next += panel.depth * 16
      span += 1
      if span == spans.count {
        span = 0
        row += 1
        if row == rows {
          row = 0
          image += 1
        }
      }
    }
  }
}
