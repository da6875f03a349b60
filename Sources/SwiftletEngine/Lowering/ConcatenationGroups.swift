import SwiftletGraph
import SwiftletOps

/// Which values share a region, so that concatenations are views: value → representative of its group.
///
/// The parts of a concatenation along channels must lie in one region. Views (splits, shuffles, other concatenations) stand for the
/// values they look at.
func concatenationGroups(_ graph: Graph, _ isConstant: [Bool]) -> [Graph.ID: Graph.ID] {
  guard graph.nodes.contains(where: { $0.op is Concat }) else { return [:] }
  var parent: [Graph.ID: Graph.ID] = [:]
  func root(_ id: Graph.ID) -> Graph.ID {
    var id = id
    while let up = parent[id], up != id { id = up }
    return id
  }
  var storages: [[Graph.ID]] = []  // for each node the values whose memory it looks at
  for (id, node) in graph.nodes.enumerated() {
    storages.append(isView(node) ? node.inputs.flatMap { storages[$0] } : [id])
    guard let concat = node.op as? Concat, isView(node), concat.axis == 1 else { continue }
    for part in storages[id] {
      if parent[part] == nil { parent[part] = part }
      parent[root(part)] = root(storages[id][0])
    }
  }
  var groups: [Graph.ID: Graph.ID] = [:]
  for id in parent.keys { groups[id] = root(id) }
  return groups
}

/// Whether a node only looks at other values' channels.
func isView(_ node: Graph.Node) -> Bool {
  switch node.op {
  case let concat as Concat: concat.axis == 1 && node.shape.rank == 4
  case let slice as Slice: slice.axis == 1 && node.shape.rank == 4
  case is ChannelShuffle: true
  default: false
  }
}
