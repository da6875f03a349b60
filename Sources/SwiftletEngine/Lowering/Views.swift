import SwiftletGraph
import SwiftletOps

/// Concatenation, split and shuffle of channels: other views, no steps.
func lowerView(_ p: inout Planner, _ id: Graph.ID, _ node: Graph.Node) -> Bool {
  if let slice = node.op as? Slice, slice.axis == 2, node.shape.rank == 3, p.hasBlocked(node.inputs[0]) {
    var view = p.blocked(node.inputs[0])  // the channels of tokens
    view.channels = stride(from: slice.start, to: slice.end, by: slice.step).map { view.channels[$0] }
    p.set(id, view)
    return true
  }
  guard isView(node) else { return false }
  var views = node.inputs.map { p.blocked($0) }
  switch node.op {
  case let slice as Slice:
    views[0].channels = stride(from: slice.start, to: slice.end, by: slice.step).map { views[0].channels[$0] }
  case let shuffle as ChannelShuffle:
    let channels = views[0].channels
    views[0].channels = channels.indices.map { channels[shuffle.source($0, of: channels.count)] }
  default:
    for part in views.dropFirst() {
      precondition(part.region === views[0].region, "the parts of a concatenation share a region")
      views[0].channels += part.channels
    }
  }
  p.set(id, views[0])
  return true
}
