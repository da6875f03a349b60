import SwiftletGraph
import SwiftletKernels
import SwiftletOps

extension BinaryKind {
  fileprivate init?(_ op: any Op) {
    switch op {
    case is Add: self = .add
    case is Sub: self = .sub
    case is Mul: self = .mul
    case is Div: self = .div
    default: return nil
    }
  }
}

/// Two values joined by a formula; dimensions of size 1 are repeated. In blocks where a value of the output's shape is, else in rows.
func lowerBinary(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let kind = BinaryKind(node.op) else { return false }
  guard p.takesBlocks(node, kind) else {
    p.emitRows(id, node, kind)
    return true
  }
  // The one in the fewest blocks: the other is brought into its layout.
  let leader = node.inputs.filter { p.hasBlocked($0) && p.graph[$0].shape == node.shape }
    .min { p.blocked($0).blocks.count < p.blocked($1).blocks.count }!
  let x = p.compact(p.blocked(leader))
  let y = p.place(id, over: x)
  let operands = node.inputs.map { $0 == leader ? p.operand(x) : p.operand($0, beside: x, of: node.shape) }
  let (function, share) = (p.kernels.binary[kind.rawValue], p.shareRows(y))
  p.emit(node.name, "\(kind)", touching: [y] + operands.flatMap(\.places)) { binder in
    let (a, b) = (operands[0].bind(binder), operands[1].bind(binder))
    let isEven = [a, b].allSatisfy { $0.row == $0.pixel * y.width }
    let command = BinaryCommand(
      function: function, first: a, second: b, output: binder.list(y), share: share, floats: y.width * 16,
      isEven: isEven)
    return Command(function: BinaryCommand.run, arguments: binder.keep(command))
  }
  p.set(id, y)
  return true
}

/// An operand in blocks, or what stands for one: what its step touches, and where it lies.
private struct PlacedOperand: Sendable {
  var places: [any Place] = []
  var bind: @Sendable (Binder) -> Operand
}

extension Planner {
  fileprivate func takesBlocks(_ node: Graph.Node, _ kind: BinaryKind) -> Bool {
    guard let axis = BlockedGeometry.channelAxis(node.shape) else { return false }
    func isWide(_ shape: Shape) -> Bool { shape.rank == node.shape.rank && shape[axis] == node.shape[axis] }
    // Lanes without a channel would become 0 / 0, and spread from there.
    if kind == .div, !isConstant[node.inputs[1]], isWide(graph[node.inputs[1]].shape) {
      return false
    }
    // A value of fewer dimensions would be taken for another kind of map.
    return node.inputs.allSatisfy {
      isConstant[$0] || (graph[$0].shape.rank == node.shape.rank && graph[$0].shape[0] == node.shape[0])
    }
      && node.inputs.contains { hasBlocked($0) && graph[$0].shape == node.shape }
  }

  /// The layout of the value of the same shape that node `id` is joined with next; `nil` where there is none in blocks yet.
  func layoutOfPartner(_ id: Graph.ID) -> [Int]? {
    guard let user = graph.nodes[(id + 1)...].first(where: { $0.inputs.contains(id) }), BinaryKind(user.op) != nil,
      let partner = user.inputs.first(where: { $0 != id && hasBlocked($0) && graph[$0].shape == graph[id].shape })
    else { return nil }
    return layout(partner)
  }

  /// A value in blocks; rows and columns of which there is one stand for all.
  fileprivate func operand(_ view: BlockedView) -> PlacedOperand {
    PlacedOperand(places: [view]) { binder in
      Operand(
        blocks: binder.list(view), row: view.height > 1 ? view.width * 16 : 0, pixel: view.width > 1 ? 16 : 0, lane: 1)
    }
  }

  /// Node `id` beside a value in blocks like `x`, of the output's `shape`.
  fileprivate mutating func operand(_ id: Graph.ID, beside x: BlockedView, of shape: Shape) -> PlacedOperand {
    let extents = graph[id].shape.padded(shape.rank)
    let g = BlockedGeometry(extents)
    if isConstant[id] { return constantOperand(id, g, extents, x) }
    if g.channels == x.channels.count {
      return operand(arranged(blocked(id), as: x.layout))
    }
    // One value a pixel for all its channels.
    let values = plain(id)
    let (blocks, batch) = (x.blocks.count, x.batch)
    return PlacedOperand(places: [values]) { binder in
      let offsets = (0..<batch * blocks).map { $0 / blocks * g.pixels }
      let list = BlockList(base: binder.pointer(values), offsets: binder.keep(offsets), count: offsets.count)
      return Operand(blocks: list, row: g.height > 1 ? g.width : 0, pixel: g.width > 1 ? 1 : 0, lane: 0)
    }
  }

  /// A constant packed in blocks; one in lanes without a channel, so that nothing is divided by zero.
  private mutating func constantOperand(
    _ id: Graph.ID, _ g: BlockedGeometry, _ extents: Shape, _ x: BlockedView
  ) -> PlacedOperand {
    let strides = PlainStrides(extents)
    let (layout, blocks, batch) = (x.layout, x.blocks.count, x.batch)
    let floats = g.batch * blocks * g.pixels * 16
    let number = constant([id], count: floats) { values, to in
      to.update(repeating: 1, count: floats)
      for n in 0..<g.batch {
        for (channel, physical) in layout.enumerated() {
          let from = n * strides.batch + (g.channels > 1 ? channel * strides.channel : 0)
          let target = to + (n * blocks + physical / 16) * g.pixels * 16 + physical % 16
          for i in 0..<g.pixels { target[i * 16] = values[0].scalars[from + i * strides.pixel] }
        }
      }
    }
    return PlacedOperand { binder in
      let offsets = (0..<batch * blocks).map { (g.batch > 1 ? $0 : $0 % blocks) * g.pixels * 16 }
      let list = BlockList(
        base: binder.pointer(constant: number), offsets: binder.keep(offsets), count: offsets.count)
      return Operand(blocks: list, row: g.height > 1 ? g.width * 16 : 0, pixel: g.width > 1 ? 16 : 0, lane: 1)
    }
  }

  /// Row by row, whatever is repeated.
  fileprivate mutating func emitRows(_ id: Graph.ID, _ node: Graph.Node, _ kind: BinaryKind) {
    let shape = node.shape
    let steps = node.inputs.map { input in
      let source = graph[input].shape.padded(shape.rank)
      return shape.indices.map { source[$0] == 1 ? 0 : source.strides[$0] }
    }
    // A row: as many dimensions as each operand moves along, or stands still in.
    func moves(_ steps: [Int], from d: Int) -> Set<Bool> {
      Set((d..<shape.rank).filter { shape[$0] > 1 }.map { steps[$0] > 0 })
    }
    var first = shape.rank
    while first > 0, steps.allSatisfy({ moves($0, from: first - 1).count < 2 }) { first -= 1 }
    let row = shape[first...].reduce(1, *)
    let outer = Shape(Array(shape[..<first]))
    let regions = node.inputs.map { plain($0) }
    let z = placePlain(floats: shape.elementCount)
    let size = first == 0 ? pieceSize(row) : row
    let (pieces, function) = (row / size, kernels.binary[kind.rawValue])
    let operands = zip(regions, steps).map { region, steps in
      let isMoving = moves(steps, from: first) == [true]
      return PlacedOperand(places: [region]) { binder in
        let offsets = (0..<outer.elementCount * pieces).map { unit in
          outer.indices.reduce(unit % pieces * (isMoving ? size : 0)) {
            $0 + unit / pieces / outer.strides[$1] % outer[$1] * steps[$1]
          }
        }
        let list = BlockList(base: binder.pointer(region), offsets: binder.keep(offsets), count: offsets.count)
        return Operand(blocks: list, row: 0, pixel: isMoving ? 16 : 0, lane: isMoving ? 1 : 0)
      }
    }
    emit(node.name, "\(kind)", touching: regions + [z]) { binder in
      let command = BinaryCommand(
        function: function, first: operands[0].bind(binder), second: operands[1].bind(binder),
        output: binder.pieces(z, size, outer.elementCount * pieces),
        share: MapShare(maps: outer.elementCount * pieces, rows: 1, splitsRows: false), floats: size, isEven: true)
      return Command(function: BinaryCommand.run, arguments: binder.keep(command))
    }
    set(id, plain: z)
  }
}
