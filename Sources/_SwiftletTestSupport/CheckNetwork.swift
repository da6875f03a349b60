import SwiftletAnalysis
public import SwiftletGraph

/// How a network's definition differs from the reference; empty where it does not.
public func differences(of graph: Graph, from golden: Golden) -> [String] {
  var found: [String] = []
  let ours = graph.parameters.filter { golden.integers?[$0.name] == nil }.map { "\($0.name) \($0.shape)" }
  let theirs = golden.parameters.map { "\($0.name) \(Shape($0.shape))" }
  if let i = zip(ours, theirs).enumerated().first(where: { $1.0 != $1.1 })?.offset {
    found.append("parameter \(i) is \(ours[i]), the reference has \(theirs[i])")
  } else if ours.count != theirs.count {
    let next = (ours.count > theirs.count ? ours : theirs)[min(ours.count, theirs.count)]
    found.append("\(ours.count) parameters, the reference has \(theirs.count); first only in one: \(next)")
  }
  if graph.parameterCount != golden.parameter_count {
    found.append("\(graph.parameterCount) learned scalars, expected \(golden.parameter_count)")
  }
  let perImage = graph.multiplyAdds / max(1, golden.input[0])
  if perImage != golden.conv_linear_macs {
    found.append("\(perImage) multiply-adds, expected \(golden.conv_linear_macs)")
  }
  return found
}
