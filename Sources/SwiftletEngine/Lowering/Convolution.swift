import SwiftletGraph
import SwiftletKernels
import SwiftletOps

/// Any convolution, as tiles of pixels × channels.
func lowerConvolution(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  guard let fused = node.op as? FusedConv, p.isConstant[node.inputs[1]], p.isConstant[node.inputs[2]] else {
    return false
  }
  if p.isMadeInBands(id, node, fused) {
    p.deferToReader(id)
    return true
  }
  let pairs = p.pairsToRead(node, fused)
  let reading = p.read(node, fused, pairs?.view)
  let shortcut = fused.hasShortcut ? p.blocked(node.inputs[3]) : nil
  let border = shortcut == nil && reading.rowStride != nil ? p.border(around: id) : nil
  let output = border.map { p.place(id, within: $0) } ?? p.place(id, layout: shortcut?.layout)
  p.emitTiles(node, fused, reading, pairs?.channels, output, shortcut)
  p.set(id, output)
  return true
}

/// A linear layer on tokens `[batch, tokens, channels]`: a 1×1 convolution.
func lowerTokens(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node, _ layer: FusedGemm) {
  let fused = FusedConv(conv: Conv(Window(1)), hasShortcut: layer.hasShortcut, activation: layer.activation)
  if p.lowerByStrassen(id, node, fused) { return }
  let pairs = p.pairsToRead(node, fused)
  let reading = p.readFlat(pairs?.view ?? p.blocked(node.inputs[0]))
  let shortcut = layer.hasShortcut ? p.blocked(node.inputs[3]) : nil
  let output = p.place(id, layout: shortcut?.layout)
  p.emitTiles(node, fused, reading, pairs?.channels, output, shortcut)
  p.set(id, output)
}

extension Planner {
  /// What a convolution reads where it multiplies in bfloat16.
  fileprivate mutating func pairsToRead(_ node: Graph.Node, _ fused: FusedConv) -> PairView? {
    takesPairs(node, fused) ? pairs(node.inputs[0], times: fused.hasFactors ? node.inputs.last! : nil) : nil
  }

  func reason(_ node: Graph.Node, _ fused: FusedConv, _ choice: TileChoice) -> String {
    let (input, conv) = (graph[node.inputs[0]].shape, fused.conv)
    var refusal: String?
    if input.rank == 4, let tiling = winogradTilings(node, fused).first {
      refusal = winogradRefusal(node, fused, tiling).map { "Winograd, \($0)" }
    } else if conv.window.kernel == [1, 1], choice.isDense {
      refusal = strassenRefusal(node, fused).map { "Strassen, \($0)" }
    }
    if precision == .fast, kernels.pairs != nil, let why = pairsRefusal(node, fused) {
      refusal = (refusal.map { "\($0); no " } ?? "") + "bfloat16, \(why)"
    }
    let walk = choice.isDense ? "channels in order" : "an offset for each product"
    return "\(facts(node, fused)): \(walk)" + (refusal.map { "; no \($0)" } ?? "")
  }

  /// What the choice of a kernel depends on.
  func facts(_ node: Graph.Node, _ fused: FusedConv) -> String {
    let input = graph[node.inputs[0]].shape
    guard input.rank == 4 else { return "\(input[2]) → \(node.shape[2]) channels of \(input[1]) tokens" }
    return fused.conv.facts(input, node.shape)
  }

  /// Whether threads share the pixels of a map: where there are enough of them. Steps in a row agree, so that each thread finds
  /// what it wrote.
  func followsPixels(_ view: BlockedView) -> Bool { view.batch * view.pixels >= tuning.pixelsPerThread * threads }

  /// How threads share the rows of a map; all pixels of an image are one row each where that is how a step sees them.
  /// - Parameter rows: of an image; the map's where `nil`.
  func shareRows(_ view: BlockedView, as rows: Int? = nil) -> MapShare {
    let rows = rows ?? view.height
    // Of images in a batch, threads have some each.
    let isEven = rows % threads == 0 || rows >= 16 * threads
    return MapShare(
      maps: view.batch * view.blocks.count, rows: rows, splitsRows: followsPixels(view) && view.batch == 1 && isEven)
  }

  /// How threads share the pixels of a map.
  func sharePixels(_ view: BlockedView) -> MapShare { shareRows(view, as: view.pixels) }
}
