import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// Turns a graph into steps: gives every value a place, every node a kernel.
struct Planner {
  let graph: Graph
  let kernels: KernelSet
  /// For tiles of few pixels.
  let uncrossedKernels: KernelSet
  let precision: Precision
  let tuning: Tuning
  let threads: Int
  private(set) var steps: [Step] = []
  private(set) var constants: [ConstantRecipe] = []
  private var regions: [Region] = []
  private var values: [Value?]
  /// The region that a node's output shares with the other parts of a concatenation.
  private var shared: [Graph.ID: Region] = [:]
  /// The sums of each row of a map, where the step that wrote it has them.
  var rowSums: [Graph.ID: BlockedView] = [:]
  /// Convolutions that the step of their reader computes, band by band.
  private(set) var deferred: Set<Graph.ID> = []
  /// The node that reads a value, where one does and only once.
  private let onlyReader: [Graph.ID?]
  /// The last node that reads a value; beyond the graph for its outputs.
  private let lastReader: [Graph.ID]
  /// Whether a node depends on parameters and constants alone.
  let isConstant: [Bool]

  init(_ graph: Graph, _ kernels: KernelSet, _ precision: Precision, _ tuning: Tuning, threads: Int) {
    (self.graph, self.kernels, self.precision, self.tuning) = (graph, kernels, precision, tuning)
    uncrossedKernels = kernels.uncrossed
    self.threads = threads
    values = Array(repeating: nil, count: graph.nodes.count)
    isConstant = graph.isConstant
    let uses = graph.useCounts
    var readers = [Graph.ID?](repeating: nil, count: uses.count)
    for (id, node) in graph.nodes.enumerated() {
      for input in node.inputs where uses[input] == 1 { readers[input] = id }
    }
    onlyReader = readers
    var last = Array(graph.nodes.indices)
    for (id, node) in graph.nodes.enumerated() {
      for input in node.inputs { last[input] = id }
    }
    for output in graph.outputs { last[output] = .max }
    lastReader = last
    for (member, group) in concatenationGroups(graph, isConstant) {
      if shared[group] == nil {
        shared[group] = track(
          Region(batch: graph[group].shape[0], pixels: graph[group].shape[2] * graph[group].shape[3]))
      }
      shared[member] = shared[group]
    }
  }

  mutating func lowerAll() {
    for id in graph.nodes.indices where !isConstant[id] { lower(id) }
  }

  private mutating func lower(_ id: Graph.ID) {
    let node = graph[id]
    if node.op is Input {
      values[id] = Value(plain: track(Region(floats: node.shape.elementCount, .input)))
      return
    }
    for rule in loweringRules where rule(&self, id, node) { return }
    lowerByReference(id, node)
  }

  // MARK: places

  private mutating func track(_ region: Region) -> Region {
    regions.append(region)
    return region
  }

  /// A place for the output of node `id`, a map or matrix whose channels are laid out as `layout`; the identity where `nil`.
  mutating func place(_ id: Graph.ID, layout: [Int]? = nil) -> BlockedView {
    let geometry = BlockedGeometry(graph[id].shape)
    let region = shared[id] ?? track(Region(batch: geometry.batch, pixels: geometry.pixels))
    return place(geometry, layout, region)
  }

  /// The place of `x` for the output of node `id`, which is laid out as `x` is and made from it pixel by pixel: what lies there is near,
  /// and the thread's that wrote it. A place of its own where the node does not choose it, or `x` is read later.
  mutating func place(_ id: Graph.ID, over x: BlockedView) -> BlockedView {
    let isFree = values.indices.allSatisfy {
      values[$0]?.blocked?.region !== x.region && values[$0]?.bordered?.region !== x.region || lastReader[$0] <= id
    }
    return isFree && x.region.home == .arena && shared[id] == nil ? x : place(id, layout: x.layout)
  }

  /// A place that belongs to no node.
  mutating func place(batch: Int, channels: Int, height: Int, width: Int, layout: [Int]? = nil) -> BlockedView {
    let geometry = BlockedGeometry(batch: batch, channels: channels, height: height, width: width)
    return place(geometry, layout, track(Region(batch: batch, pixels: height * width)))
  }

  private func place(_ g: BlockedGeometry, _ layout: [Int]?, _ region: Region) -> BlockedView {
    let layout = layout ?? Array(0..<g.channels)
    var blocks = (layout.max() ?? 0) / 16 + 1
    if g.pixels == 1 { blocks += blocks & 1 }  // matrix × vector kernels write pairs of blocks
    let first = region.append(blocks: blocks) * 16
    return BlockedView(region: region, height: g.height, width: g.width, channels: layout.map { first + $0 })
  }

  /// The zeros that the only reader of a value wants around it; `nil` where others read it, or the reader has its own way.
  func border(around id: Graph.ID) -> Pads? {
    guard let reader = onlyReader[id], shared[id] == nil, graph[reader].inputs[0] == id else { return nil }
    return borderToRead(graph[reader])
  }

  /// The node that alone reads the value of `id`, which has a place of its own, right after it.
  func nextReader(_ id: Graph.ID) -> Graph.ID? {
    guard let reader = onlyReader[id], shared[id] == nil, (id + 1..<reader).allSatisfy({ isConstant[$0] }) else {
      return nil
    }
    return reader
  }

  mutating func deferToReader(_ id: Graph.ID) { deferred.insert(id) }

  /// For each thread a place for `pixels` of all channels of a map.
  mutating func placeBands(_ id: Graph.ID, pixels: Int) -> BlockedView {
    place(BlockedGeometry(graph[id].shape), nil, track(Region(batch: threads, pixels: pixels)))
  }

  mutating func placePlain(floats: Int) -> Region { track(Region(floats: floats)) }

  mutating func set(_ id: Graph.ID, _ view: BlockedView) {
    values[id] = view.border == .none ? Value(blocked: view) : Value(bordered: view)
  }
  /// Makes a view of another value the value of `id`; a copy where `id` is part of a concatenation, which has its own place.
  mutating func setView(_ id: Graph.ID, _ view: BlockedView) {
    let isElsewhere = shared[id].map { $0 !== view.region } ?? false
    set(id, isElsewhere ? copied(view, layout: view.layout, for: id) : view)
  }

  mutating func set(_ id: Graph.ID, plain region: Region) { values[id] = Value(plain: region) }

  func hasBlocked(_ id: Graph.ID) -> Bool { values[id]?.blocked != nil }
  /// How the channels of a value in blocks lie.
  func layout(_ id: Graph.ID) -> [Int]? { values[id]?.blocked?.layout }
  /// The value of `id` rounded to bfloat16, where a step asked for it before.
  func knownPairs(_ id: Graph.ID) -> PairView? { values[id]?.pairs }
  mutating func keepPairs(_ id: Graph.ID, _ pairs: PairView) { values[id]!.pairs = pairs }
  /// The value of `id` with the zeros around it that its only reader asked for.
  func bordered(_ id: Graph.ID) -> BlockedView? { values[id]?.bordered }
  func hasPlain(_ id: Graph.ID) -> Bool { values[id]?.plain != nil }

  // MARK: forms

  /// The value of `id` in blocks; converts it where it exists in rows only.
  mutating func blocked(_ id: Graph.ID) -> BlockedView {
    if let view = values[id]?.blocked { return view }
    if isConstant[id], shared[id] == nil { return packed(id) }
    let source = plain(id)
    let g = BlockedGeometry(graph[id].shape)
    let view = place(g, nil, shared[id] ?? track(Region(batch: g.batch, pixels: g.pixels)))
    emitBlocking(from: source, to: view, PlainStrides(graph[id].shape))
    values[id]!.blocked = view
    return view
  }

  /// A constant packed in blocks.
  private mutating func packed(_ id: Graph.ID) -> BlockedView {
    let (g, rows) = (BlockedGeometry(graph[id].shape), PlainStrides(graph[id].shape))
    let region = Region(batch: g.batch, pixels: g.pixels, .constant(constants.count))
    let view = place(g, nil, region)
    _ = constant([id], count: region.floats) { values, to in
      to.update(repeating: 0, count: region.floats)
      for n in 0..<g.batch {
        for c in 0..<g.channels {
          let target = to + (n * region.batchStride + c / 16 * region.plane + c % 16)
          for i in 0..<g.pixels {
            target[i * 16] = values[0].scalars[n * rows.batch + c * rows.channel + i * rows.pixel]
          }
        }
      }
    }
    values[id] = Value(blocked: view, plain: values[id]?.plain)
    return view
  }

  /// The value of `id` in rows; converts it where it exists in blocks only. Constants are packed.
  mutating func plain(_ id: Graph.ID) -> Region {
    if let region = values[id]?.plain { return region }
    let count = graph[id].shape.elementCount
    if isConstant[id] {
      let number = constant([id], count: count) { values, to in
        values[0].scalars.withUnsafeBufferPointer { to.update(from: $0.baseAddress!, count: count) }
      }
      let region = Region(floats: count, .constant(number))
      values[id] = Value(blocked: values[id]?.blocked, plain: region)
      return region
    }
    let region = track(Region(floats: count))
    emitUnblocking(from: values[id]!.blocked!, to: region, PlainStrides(graph[id].shape))
    values[id]!.plain = region
    return region
  }

  // MARK: steps

  /// Appends a step; `bind` makes its command.
  /// - Parameters:
  ///   - because: why it is this kernel, where there are others.
  ///   - isBFloat16: whether it multiplies pairs.
  ///   - used: what the step reads and writes.
  ///   - scratch: what it needs meanwhile.
  mutating func emit(
    _ name: String, _ kernel: String, multiplyAdds: Int = 0, idleLines: Int = 0, streaming constant: Int? = nil,
    because reason: String = "", isBFloat16: Bool = false, touching used: [any Place], scratch: [Region] = [],
    _ bind: @escaping @Sendable (Binder) -> Command
  ) {
    for region in used.map(\.region) + scratch {
      region.first = min(region.first, steps.count)
      region.last = max(region.last, steps.count)
    }
    steps.append(
      Step(
        title: StepTitle(
          name: name, kernel: kernel, multiplyAdds: multiplyAdds, isBFloat16: isBFloat16, reason: reason),
        bytes: used.reduce(0) { $0 + ($1.region.isConstant ? 0 : 4 * $1.floats) }, idleLines: idleLines,
        streamed: constant, bind: bind))
  }

  /// Adds constants computed from nodes and returns their number.
  mutating func constant(
    _ sources: [Graph.ID], count: Int, _ pack: @escaping @Sendable ([NDArray], UnsafeMutablePointer<Float>) -> Void
  ) -> Int {
    constants.append(ConstantRecipe(sources: sources, count: count, pack: pack))
    return constants.count - 1
  }

  mutating func finish() -> ([Step], [ConstantRecipe], Int, [Region]) {
    let outputs = graph.outputs.map { plain($0) }
    for region in outputs { region.last = steps.count }
    return (steps, constants, placeInArena(regions), outputs)
  }
}

/// A shape as blocks see it: maps `[batch, channels, height, width]`, tokens `[batch, tokens, channels]`, matrices
/// `[batch, channels]`.
struct BlockedGeometry {
  var batch: Int
  var channels: Int
  var height: Int
  var width: Int
  var pixels: Int { height * width }

  init(batch: Int, channels: Int, height: Int, width: Int) {
    (self.batch, self.channels, self.height, self.width) = (batch, channels, height, width)
  }

  init(_ shape: Shape) {
    switch shape.rank {
    case 4: self.init(batch: shape[0], channels: shape[1], height: shape[2], width: shape[3])
    case 3: self.init(batch: shape[0], channels: shape[2], height: 1, width: shape[1])
    case 2: self.init(batch: shape[0], channels: shape[1], height: 1, width: 1)
    default: self.init(batch: 1, channels: shape.elementCount, height: 1, width: 1)
    }
  }

  /// Which dimension of such a shape the channels are; `nil` where blocks see a shape as one row.
  static func channelAxis(_ shape: Shape) -> Int? {
    switch shape.rank {
    case 4, 2: 1
    case 3: 2
    default: nil
    }
  }
}

extension Planner {
  /// The kernels for tiles of so many pixels that use the same weights.
  func kernels(forPixels pixels: Int) -> KernelSet { pixels < tuning.crossedPixels ? uncrossedKernels : kernels }
}
