import SwiftletKernels

// Products of two values that a network computes: one of them is packed as panels, then tiles go as for weights.

/// Columns of a matrix that are packed side by side, and where, in floats from the matrix.
struct PackedColumns: BitwiseCopyable {
  var first: Int
  var width: Int
  var start: Int
}

/// A matrix, or the columns of several, packed as panels: a row of zeros, then for each row the values of a panel's columns.
struct PackCommand: BitwiseCopyable {
  var function: MoveFunction
  var input: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  /// Of all parts, one after another: pieces of 16 or fewer values that are neighbours in the input.
  var runs: UnsafePointer<LayoutCommand.Run>
  /// Of each part its first run; one more at the end.
  var starts: UnsafePointer<Int>
  /// Parts of an image, each packed for itself: the heads of attention.
  var parts: Int
  var batch: Int
  /// How the pieces go on, in floats: so many times, so far apart here and there.
  var count: Int
  var step: Int
  /// Each value of a run is a column; otherwise each is a row.
  var runsAreColumns: Bool
  var columns: Int
  var depth: Int
  var inputBatchStride: Int
  var panels: UnsafePointer<PackedColumns>
  var panelCount: Int
  var partFloats: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: PackCommand.self).pointee
    for unit in share(c.batch * c.parts * c.panelCount, thread, threads) {
      let (part, panel) = (unit / c.panelCount, c.panels[unit % c.panelCount])
      let to = c.output + (part * c.partFloats + panel.start)
      let isWhole = panel.first + panel.width <= c.columns
      to.update(repeating: 0, count: isWhole ? panel.width : (c.depth + 1) * panel.width)
      c.pack(c.input + part / c.parts * c.inputBatchStride, part % c.parts, panel, to + panel.width)
    }
  }

  @inline(__always)
  private func pack(_ x: UnsafePointer<Float>, _ part: Int, _ panel: PackedColumns, _ to: UnsafeMutablePointer<Float>) {
    let (first, width) = (panel.first, panel.width)
    for i in starts[part]..<starts[part + 1] {
      let run = runs[i]
      if !runsAreColumns {
        let from = x + run.from + first * step
        function(from, step, 1, to + run.to * width, 1, width, min(width, count - first), run.count)
      } else if first <= run.to, run.to < first + width {
        function(x + run.from, step, 1, to + (run.to - first), width, 1, count, run.count)
      }
    }
  }
}

/// A panel and the tiles that multiply by it.
struct PackedPanelCall: BitwiseCopyable {
  var columns: PackedColumns
  var tile: TileFunction
}

/// softmax(q · kᵀ · scale) · v: some queries of one head at a time.
struct AttentionCommand: BitwiseCopyable {
  var weights: AttentionWeightsFunction
  var times: BinaryFunction
  var scoreArguments = TileArguments()
  var mixArguments = TileArguments()
  var query: UnsafePointer<Float>
  /// For each head the panels of keys, and those of values.
  var keyPanels: UnsafePointer<Float>
  var valuePanels: UnsafePointer<Float>
  var keyCalls: UnsafePointer<PackedPanelCall>
  var keyCallCount: Int
  var keyFloats: Int
  var valueCalls: UnsafePointer<PackedPanelCall>
  var valueCallCount: Int
  var valueFloats: Int
  var output: UnsafeMutablePointer<Float>
  /// Where each channel of each head of the queries lies.
  var offsets: UnsafePointer<Int32>
  var mask: UnsafePointer<Float>
  var scale: Float
  var batch: Int
  var heads: Int
  var queries: Int
  var keys: Int
  var size: Int
  var keyBlocks: Int
  var valueBlocks: Int
  var queryBatchStride: Int
  var outputBatchStride: Int
  var outputPlane: Int
  /// Queries at a time, and how they and the last ones are cut into tiles.
  var chunk: Int
  var whole: RowCutList
  var rest: RowCutList
  /// A piece for each thread.
  var scratch: UnsafeMutablePointer<Float>
  var scratchStride: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: AttentionCommand.self)
    let chunks = (c.pointee.queries + c.pointee.chunk - 1) / c.pointee.chunk
    let scratch = c.pointee.scratch + thread * c.pointee.scratchStride
    for unit in share(c.pointee.batch * c.pointee.heads * chunks, thread, threads) {
      c.pointee.run(unit / chunks / c.pointee.heads, unit / chunks % c.pointee.heads, unit % chunks, scratch)
    }
  }

  private func run(_ image: Int, _ head: Int, _ chunkIndex: Int, _ scores: UnsafeMutablePointer<Float>) {
    let first = chunkIndex * chunk
    let count = min(chunk, queries - first)
    let spans = count == chunk ? whole : rest
    let stride = chunk * 16
    let factors = scores + keyBlocks * stride
    let part = image * heads + head
    let q = query + (image * queryBatchStride + first * 16)
    for j in 0..<keyCallCount {
      let call = keyCalls[j]
      let panel = Panel(
        weights: keyPanels + part * keyFloats + call.columns.start, offsets: offsets + head * size, depth: size,
        outputOffset: 0, residualOffset: 0)
      sweep(call.tile, scoreArguments, panel, spans, q, scores + call.columns.first / 16 * stride)
    }
    weights(scores, stride, keyBlocks, count, scale, mask, factors)
    let y = output + (image * outputBatchStride + head * valueBlocks * outputPlane + first * 16)
    for j in 0..<valueCallCount {
      let call = valueCalls[j]
      let panel = Panel(
        weights: valuePanels + part * valueFloats + call.columns.start, offsets: nil, depth: keys, outputOffset: 0,
        residualOffset: 0)
      sweep(call.tile, mixArguments, panel, spans, scores, y + call.columns.first / 16 * outputPlane)
    }
    for block in 0..<valueBlocks {
      let y = y + block * outputPlane
      times(y, 16, 1, factors, 1, 0, y, count * 16)
    }
  }
}

/// A product of matrices, some rows at a time.
struct MatMulCommand: BitwiseCopyable {
  var tile: TileFunction
  var move: MoveFunction
  var arguments = TileArguments()
  var input: UnsafePointer<Float>
  var panels: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var offsets: UnsafePointer<Int32>
  var matrices: Int
  var rows: Int
  var depth: Int
  var columns: Int
  var chunk: Int
  var whole: RowCutList
  var rest: RowCutList
  /// A piece for each thread.
  var scratch: UnsafeMutablePointer<Float>
  var scratchStride: Int

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: MatMulCommand.self)
    let chunks = (c.pointee.rows + c.pointee.chunk - 1) / c.pointee.chunk
    for unit in share(c.pointee.matrices * chunks, thread, threads) {
      c.pointee.run(unit / chunks, unit % chunks, c.pointee.scratch + thread * c.pointee.scratchStride)
    }
  }

  private func run(_ matrix: Int, _ chunkIndex: Int, _ results: UnsafeMutablePointer<Float>) {
    let first = chunkIndex * chunk
    let count = min(chunk, rows - first)
    let panelCount = (columns + 15) / 16
    let a = input + (matrix * rows + first) * depth
    for j in 0..<panelCount {
      let panel = Panel(
        weights: panels + (matrix * panelCount + j) * (depth + 1) * 16, offsets: offsets, depth: depth, outputOffset: 0,
        residualOffset: 0)
      sweep(tile, arguments, panel, count == chunk ? whole : rest, a, results)
      let y = output + ((matrix * rows + first) * columns + j * 16)
      move(results, 16, 1, y, columns, 1, count, min(16, columns - j * 16))
    }
  }
}

/// One panel over a column of tiles.
@inline(__always)
private func sweep(
  _ tile: TileFunction, _ arguments: TileArguments, _ panel: Panel, _ spans: RowCutList, _ x: UnsafePointer<Float>,
  _ y: UnsafeMutablePointer<Float>
) {
  withUnsafePointer(to: arguments) { arguments in
    withUnsafePointer(to: panel) { panel in
      var i = 0
      while i < spans.count {
        let span = spans[i]
        let count = spans.alike(i, below: spans.count)
        tile(
          span.height, count, UnsafeRawPointer(arguments), UnsafeRawPointer(panel),
          x + span.first * arguments.pointee.pixelStep, y + span.first * 16, nil)
        i += count
      }
    }
  }
}
