import SwiftletGraph
import SwiftletOps

/// The part of a network under one name as boxes and arrows. What belongs to a layer in a reader's eyes is one box:
/// a convolution with its normalisation and activation. What only lays values out otherwise is none.
struct BlockDiagram {
  struct Box {
    var style: BoxStyle
    var title: String
    /// What stands below the title, part by part.
    var details: [String] = []

    /// Adds what follows the layer.
    mutating func append(_ word: String) {
      if style == .norm { title += " · " + word } else { details.append(word) }
    }
  }

  private(set) var boxes: [Box] = []
  /// Positions in `boxes`; an arrow goes from a lower to a higher one.
  private(set) var arrows: [(from: Int, to: Int)] = []

  private let graph: Graph
  private let useCounts: [Int]
  /// The box whose value a node has.
  private var boxOf: [Graph.ID: Int] = [:]
  /// The node whose value a box has so far: what reads it alone may join the box.
  private var last: [Graph.ID] = []

  /// - Throws: `GraphError` when there is no such part.
  init(_ graph: Graph, from first: String, through last: String) throws(GraphError) {
    (self.graph, useCounts) = (graph, graph.useCounts)
    let dynamic = graph.isConstant.map(!)
    let members = try Self.range(graph, dynamic, first, last).filter { dynamic[$0] }
    for id in members {
      let inputs = graph[id].inputs.filter { dynamic[$0] }
      for input in inputs where boxOf[input] == nil { addTerminal(input) }
      add(id, inputs)
    }
    addOutputs(members, dynamic)
  }

  /// The nodes from the first named under `first` to the last named under `last`, and those behind it that bear the name
  /// of what the block is a part of: shortcuts that are added outside, networks that are written flat.
  private static func range(
    _ graph: Graph, _ dynamic: [Bool], _ first: String, _ last: String
  ) throws(GraphError) -> Range<Graph.ID> {
    func isUnder(_ id: Graph.ID, _ scope: String) -> Bool {
      let name = graph[id].name
      guard dynamic[id], name.hasPrefix(scope) else { return false }
      return name.count == scope.count || "._/".contains(name.dropFirst(scope.count).first!)
    }
    guard let start = graph.nodes.indices.first(where: { isUnder($0, first) }),
      var end = graph.nodes.indices.last(where: { isUnder($0, last) }), start <= end
    else { throw GraphError("the network has no layers from '\(first)' through '\(last)'") }
    func isAround(_ name: String) -> Bool { name.isEmpty || last.hasPrefix(name + ".") }
    while end + 1 < graph.nodes.count, isAround(graph[end + 1].name) { end += 1 }
    return start..<end + 1
  }

  private mutating func addTerminal(_ id: Graph.ID) {
    let shape = graph[id].shape.dropFirst().map(String.init).joined(separator: " × ")
    append(Box(style: .terminal, title: shape), id)
  }

  private mutating func append(_ box: Box, _ id: Graph.ID) {
    boxOf[id] = boxes.count
    boxes.append(box)
    last.append(id)
  }

  private mutating func add(_ id: Graph.ID, _ inputs: [Graph.ID]) {
    let node = graph[id]
    let source = boxOf[inputs[0]]!
    if node.op.onlyLaysOut {
      boxOf[id] = source
      if last[source] == inputs[0], useCounts[inputs[0]] == 1 { last[source] = id }
      return
    }
    if let slice = node.op as? Slice, addToSplit(id, slice, source) { return }
    let word = inputs.count == 1 ? word(node) : nil
    if let word, boxes[source].style.takesTrailing, last[source] == inputs[0], useCounts[inputs[0]] == 1 {
      boxes[source].append(word)
      boxOf[id] = source
      last[source] = id
      return
    }
    append(node.op.box(graph.inputShapes(id), node.shape, word: word), id)
    for from in Set(inputs.map { boxOf[$0]! }).sorted() { arrows.append((from, boxes.count - 1)) }
  }

  /// What is written behind the layer that a node with one input follows; `nil` for what is a layer of its own.
  private func word(_ node: Graph.Node) -> String? {
    let constants = node.inputs.compactMap { graph[$0].op as? Constant }
    if let symbol = node.op.symbol, let value = constants.first?.scalars, value.count == 1 {
      return "\(symbol) \(value[0] == value[0].rounded() ? "\(Int(value[0]))" : "\(value[0])")"
    }
    return node.op.trailingWord
  }

  /// All slices of one value are one box.
  private mutating func addToSplit(_ id: Graph.ID, _ slice: Slice, _ source: Int) -> Bool {
    let title = slice.step == 1 ? "split" : "split, step \(slice.step)"
    let part = String(graph[id].shape[slice.axis])
    let earlier = arrows.first { $0.from == source && boxes[$0.to].style == .split && boxes[$0.to].title == title }
    guard let split = earlier?.to else {
      append(Box(style: .split, title: title, details: [part]), id)
      arrows.append((source, boxes.count - 1))
      return true
    }
    boxes[split].details.append(part)
    boxOf[id] = split
    return true
  }

  /// What is read outside, or by nothing, leaves the block.
  private mutating func addOutputs(_ members: [Graph.ID], _ dynamic: [Bool]) {
    let inside = Set(members)
    var read: Set<Graph.ID> = Set(graph.outputs)
    var readInside: Set<Graph.ID> = []
    for (id, node) in graph.nodes.enumerated() where dynamic[id] {
      if inside.contains(id) { readInside.formUnion(node.inputs) } else { read.formUnion(node.inputs) }
    }
    var left: Set<Int> = []
    for id in members where read.contains(id) || !readInside.contains(id) {
      let source = boxOf[id]!
      guard left.insert(source).inserted else { continue }
      addTerminal(id)
      arrows.append((source, boxes.count - 1))
      boxOf[id] = source
    }
  }
}
