import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// Sums, means and lengths along dimensions that lie side by side: over the pixels of blocks, or in rows.
func lowerReduction(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  let input = node.inputs.first
  let kind: ReduceKind
  let axes: [Int]
  switch node.op {
  case is GlobalAveragePool: (kind, axes) = (.sum, [2, 3])
  case let op as ReduceMean: (kind, axes) = (.sum, op.axes)
  case let op as ReduceSum: (kind, axes) = (.sum, op.axes)
  case let op as ReduceL2: (kind, axes) = (.length, op.axes)
  default: return false
  }
  let range = Set(axes).sorted()
  guard let input, let first = range.first, let last = range.last, last - first + 1 == range.count else { return false }
  let isMean = node.op is ReduceMean || node.op is GlobalAveragePool
  let shape = p.graph[input].shape
  let count = shape[first...last].reduce(1, *)
  let factor = isMean ? 1 / Float(count) : 1
  let to = BlockedGeometry(node.shape)
  let isOverPixels = last != BlockedGeometry.channelAxis(shape) && first > 0 && last == (shape.rank == 4 ? 3 : 1)
  if p.hasBlocked(input), isOverPixels, node.shape.rank >= 2, to.batch == shape[0],
    to.channels == BlockedGeometry(shape).channels,
    node.shape.rank == shape.rank || count == BlockedGeometry(shape).pixels, first > 1 || shape.rank == 3
  {
    p.reduceBlocks(id, node, kind, rows: count, factor)
  } else {
    p.reduceRows(id, node, kind, shape, first...last, factor)
  }
  return true
}

extension Planner {
  /// A place for the sums of each row of the map `view`, the value of node `id`, where its pixels are summed next.
  mutating func placeRowSums(_ id: Graph.ID, _ view: BlockedView) -> BlockedView? {
    let isSummed = (id + 1..<graph.nodes.count).contains { reader in
      guard graph.nodes[reader].inputs.first == id else { return false }
      let op = graph.nodes[reader].op
      return op is GlobalAveragePool || (op as? ReduceMean).map { Set($0.axes) == [2, 3] } ?? false
    }
    guard isSummed, view.width > 1 else { return nil }
    rowSums[id] = place(
      batch: view.batch, channels: view.channels.count, height: view.height, width: 1, layout: view.layout)
    return rowSums[id]
  }

  fileprivate mutating func reduceBlocks(
    _ id: Graph.ID, _ node: Graph.Node, _ kind: ReduceKind, rows: Int, _ factor: Float
  ) {
    var (x, rows) = (compact(blocked(node.inputs[0])), rows)
    if kind == .sum, rows == x.pixels, let sums = rowSums[node.inputs[0]] { (x, rows) = (sums, sums.pixels) }
    emitSums(id, node, kind, x, rows: rows, factor)
  }

  private mutating func emitSums(
    _ id: Graph.ID, _ node: Graph.Node, _ kind: ReduceKind, _ x: BlockedView, rows: Int, _ factor: Float
  ) {
    let y = place(id, layout: x.layout)
    let function = kernels.reduceColumns[kind.rawValue]
    emit(node.name, "\(kind) of pixels", touching: [x, y]) { binder in
      let command = ReduceColumnsCommand(
        function: function, input: binder.list(x), output: binder.list(y), matrices: x.pixels / rows, rows: rows,
        columns: 16, factor: factor)
      return Command(function: ReduceColumnsCommand.run, arguments: binder.keep(command))
    }
    set(id, y)
  }

  fileprivate mutating func reduceRows(
    _ id: Graph.ID, _ node: Graph.Node, _ kind: ReduceKind, _ shape: Shape, _ axes: ClosedRange<Int>, _ factor: Float
  ) {
    let x = plain(node.inputs[0])
    let y = placePlain(floats: node.shape.elementCount)
    let (outer, count) = (shape[..<axes.lowerBound].reduce(1, *), shape[axes].reduce(1, *))
    let inner = shape[(axes.upperBound + 1)...].reduce(1, *)
    if inner == 1 {
      let function = kernels.reduceRow[kind.rawValue]
      emit(node.name, "\(kind) of rows", touching: [x, y]) { binder in
        let command = ReduceRowsCommand(
          function: function, input: binder.pointer(x), output: binder.pointer(y), rows: outer, size: count,
          factor: factor)
        return Command(function: ReduceRowsCommand.run, arguments: binder.keep(command))
      }
    } else {
      let function = kernels.reduceColumns[kind.rawValue]
      emit(node.name, "\(kind) of columns", touching: [x, y]) { binder in
        let command = ReduceColumnsCommand(
          function: function, input: binder.pieces(x, 0, 1), output: binder.pieces(y, 0, 1), matrices: outer,
          rows: count, columns: inner, factor: factor)
        return Command(function: ReduceColumnsCommand.run, arguments: binder.keep(command))
      }
    }
    set(id, plain: y)
  }
}
