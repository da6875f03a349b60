import SwiftletKernels
import SwiftletOps

/// Tiles that go through the transforms and products together, so that everything between stays in the second cache.
struct WinogradGroup: BitwiseCopyable {
  var arguments = TileArguments()
  var tiles = 0
  var spans: RowCutList
}

/// Where tiles lie on the maps that are read and written; strides in floats.
struct WinogradMap: BitwiseCopyable {
  var tileRows: Int
  var tileColumns: Int
  var elementRows: Int
  var elementColumns: Int
  var outputRows: Int
  var outputColumns: Int
  /// Of the convolution.
  var stride: Int
  var height: Int
  var width: Int
  var rowStride: Int
  var columnStride: Int
  var inputHeight: Int
  var inputWidth: Int
  var inputRowStride: Int
  var inputColumnStride: Int
  var top: Int
  var left: Int
  var elements: Int { elementRows * elementColumns }

  init(_ tiling: WinogradTiling, _ x: BlockedView, _ y: BlockedView, _ pads: Pads) {
    (tileRows, tileColumns) = tiling.tiles
    (elementRows, elementColumns) = tiling.elements
    (outputRows, outputColumns) = tiling.outputs
    stride = tiling.kernel.stride
    (height, width, rowStride, columnStride) = (y.height, y.width, y.rowStride, 16)
    (inputHeight, inputWidth, inputRowStride, inputColumnStride) = (x.height, x.width, x.rowStride, 16)
    (top, left) = (pads.top, pads.left)
    if tiling.isTransposed {
      swap(&height, &width)
      swap(&rowStride, &columnStride)
      swap(&inputHeight, &inputWidth)
      swap(&inputRowStride, &inputColumnStride)
      swap(&top, &left)
    }
  }
}

/// A convolution by Winograd's transforms: groups of tiles are transformed, multiplied element by element, and transformed
/// back, panel after panel.
struct WinogradCommand: BitwiseCopyable {
  var inputTransform: WinogradInputFunction
  var outputTransform: WinogradOutputFunction
  var output = WinogradOutputArguments()
  var map: WinogradMap
  var input: BlockList
  var target: UnsafeMutablePointer<Float>
  var shortcut: UnsafePointer<Float>?
  /// A panel for each panel of output channels, element and sum, and the biases of all. `inputOffset` and `outputOffset` count blocks.
  var panels: UnsafePointer<PanelCall>
  var panelCount: Int
  /// Of each element; all but the first add to what is there.
  var sums: Int
  var biases: UnsafePointer<Float>
  /// All groups but perhaps the last have as many tiles as the first.
  var full: WinogradGroup
  var rest: WinogradGroup
  var batch: Int
  var inputBlocks: Int
  var outputBatchStride: Int
  var outputPlane: Int
  var shortcutBatchStride: Int
  var shortcutPlane: Int
  /// A tile and the products of each thread, and the elements where it transforms what it multiplies.
  var scratch: UnsafeMutablePointer<Float>
  var scratchStride: Int
  /// The elements of all groups, which all threads transform before they share panels; `nil` where they share groups.
  var elements: UnsafeMutablePointer<Float>?
  var post: UnaryFunction?
  var alpha: Float
  var beta: Float

  private var groups: Int { (batch * map.tileRows * map.tileColumns + full.tiles - 1) / full.tiles }

  static let run: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: WinogradCommand.self)
    let scratch = c.pointee.scratch + thread * c.pointee.scratchStride
    let groups = c.pointee.groups
    if let elements = c.pointee.elements {
      for i in share(c.pointee.panelCount * groups, thread, threads) {
        let (panel, group) = (i / groups, i % groups)
        c.pointee.multiply(group, panel, elements + group * c.pointee.elementFloats, scratch)
      }
    } else {
      for group in share(groups, thread, threads) {
        let elements = scratch + (c.pointee.scratchStride - c.pointee.elementFloats)
        c.pointee.transformInputs(group, 0..<c.pointee.inputBlocks, elements, scratch)
        for panel in 0..<c.pointee.panelCount { c.pointee.multiply(group, panel, elements, scratch) }
      }
    }
  }

  /// The step before one whose threads share panels: each transforms some blocks of channels.
  static let transform: StepFunction = { raw, thread, threads in
    let c = raw.assumingMemoryBound(to: WinogradCommand.self)
    let (blocks, elements) = (c.pointee.inputBlocks, c.pointee.elements.unsafelyUnwrapped)
    let own = share(c.pointee.groups * blocks, thread, threads)
    for group in 0..<c.pointee.groups {
      let part = own.clamped(to: group * blocks..<(group + 1) * blocks)
      c.pointee.transformInputs(
        group, part.lowerBound - group * blocks..<part.upperBound - group * blocks,
        elements + group * c.pointee.elementFloats, c.pointee.scratch + thread * c.pointee.scratchStride)
    }
  }

  private func group(_ number: Int) -> (first: Int, WinogradGroup) {
    let first = number * full.tiles
    return (first, first + full.tiles <= batch * map.tileRows * map.tileColumns ? full : rest)
  }

  /// Of a group.
  private var elementFloats: Int { map.elements * spreadApart(inputBlocks * full.tiles * 16) }

  private func multiply(
    _ number: Int, _ panel: Int, _ elements: UnsafeMutablePointer<Float>, _ temporary: UnsafeMutablePointer<Float>
  ) {
    let (first, group) = group(number)
    let products = temporary + map.elements * 16
    let calls = panels + panel * map.elements * sums
    let width = calls.pointee.width
    let productStride = spreadApart(width * group.tiles)
    multiply(group, calls, elements, spreadApart(inputBlocks * group.tiles * 16), products, productStride)
    for tile in 0..<group.tiles {
      transformOutput(
        first + tile, tile, group.tiles, calls.pointee.panel.outputOffset, width / 16, products, productStride,
        temporary)
    }
  }

  /// The elements of a group's tiles, block after block, so that neighbours are read and written one after the other.
  @inline(__always)
  private func transformInputs(
    _ number: Int, _ blocks: Range<Int>, _ to: UnsafeMutablePointer<Float>, _ temporary: UnsafeMutablePointer<Float>
  ) {
    let (first, group) = group(number)
    let (tiles, stride) = (group.tiles, spreadApart(inputBlocks * group.tiles * 16))
    for block in blocks {
      var image = first / (map.tileRows * map.tileColumns)
      var row = first / map.tileColumns % map.tileRows
      var column = first % map.tileColumns
      for tile in 0..<tiles {
        let y = row * map.outputRows * map.stride - map.top
        let x = column * map.outputColumns * map.stride - map.left
        var inside = WinogradInside()
        (inside.firstRow, inside.lastRow) = (max(0, -y), min(map.elementRows, map.inputHeight - y))
        (inside.firstColumn, inside.lastColumn) = (max(0, -x), min(map.elementColumns, map.inputWidth - x))
        let from = input[image * inputBlocks + block] + (y * map.inputRowStride + x * map.inputColumnStride)
        withUnsafePointer(to: inside) {
          inputTransform(
            from, map.inputRowStride, UnsafeRawPointer($0), temporary, to + (block * tiles + tile) * 16, stride)
        }
        column += 1
        if column == map.tileColumns { (column, row) = (0, row + 1) }
        if row == map.tileRows { (row, image) = (0, image + 1) }
      }
    }
  }

  /// A matrix product for each element.
  @inline(__always)
  private func multiply(
    _ group: WinogradGroup, _ calls: UnsafePointer<PanelCall>, _ from: UnsafeMutablePointer<Float>, _ stride: Int,
    _ to: UnsafeMutablePointer<Float>, _ productStride: Int
  ) {
    withUnsafePointer(to: group.arguments) { arguments in
      for i in 0..<map.elements * sums {
        let (call, element) = (calls + i, i / sums)
        var panel = call.pointee.panel
        let input = from + element * stride + call.pointee.panel.inputOffset * group.tiles * 16
        let output = to + element * productStride
        let added = i % sums == 0 ? nil : UnsafePointer(output)
        var j = 0
        while j < group.spans.count {
          let span = group.spans[j]
          let count = group.spans.alike(j, below: group.spans.count)
          let first = span.first * 16
          let floats = call.pointee.fetchedFloats(height: span.height)
          call.pointee.tile(
            span.height, count, arguments, &panel, input + first, output + first, added.map { $0 + first })
          panel.passNext(tiles: count, floats: floats)
          j += count
        }
      }
    }
  }

  /// Where a tile's output begins.
  @inline(__always)
  private func place(_ index: Int) -> (image: Int, y: Int, x: Int) {
    let (row, column) = (index / map.tileColumns, index % map.tileColumns)
    return (row / map.tileRows, row % map.tileRows * map.outputRows, column * map.outputColumns)
  }

  /// Where the next tile's output begins, as seen from an image and floats in it, and how large it is.
  @inline(__always)
  private func lookAhead(_ arguments: inout WinogradOutputArguments, _ index: Int?, _ image: Int, _ floats: Int) {
    arguments.nextRows = 0
    guard let index else { return }
    let next = place(index)
    let pixel = next.y * map.rowStride + next.x * map.columnStride
    arguments.next = (next.image - image) * outputBatchStride + pixel - floats
    arguments.nextRows = min(map.outputRows, map.height - next.y)
    arguments.nextColumns = min(map.outputColumns, map.width - next.x)
  }

  @inline(__always)
  private func transformOutput(
    _ index: Int, _ tile: Int, _ tiles: Int, _ firstBlock: Int, _ blocks: Int, _ from: UnsafeMutablePointer<Float>,
    _ stride: Int, _ temporary: UnsafeMutablePointer<Float>
  ) {
    let (image, y, x) = place(index)
    var arguments = output
    arguments.rows = min(map.outputRows, map.height - y)
    arguments.columns = min(map.outputColumns, map.width - x)
    let pixel = y * map.rowStride + x * map.columnStride
    (arguments.next, arguments.nextRows, arguments.nextColumns) = (outputPlane, arguments.rows, arguments.columns)
    for b in 0..<blocks {
      let block = firstBlock + b
      let to = target + (image * outputBatchStride + block * outputPlane + pixel)
      let add = shortcut.map { $0 + (image * shortcutBatchStride + block * shortcutPlane + pixel) }
      if b == blocks - 1 { lookAhead(&arguments, tile + 1 < tiles ? index + 1 : nil, image, pixel + b * outputPlane) }
      withUnsafePointer(to: arguments) {
        outputTransform(
          from + (b * tiles + tile) * 16, stride, temporary, biases + block * 16, add, to, UnsafeRawPointer($0))
      }
      guard let post else { continue }
      for row in 0..<arguments.rows {
        let p = to + row * arguments.rowStride
        post(p, p, arguments.columns * 16, alpha, beta)
      }
    }
  }
}
