import SwiftletAnalysis
public import SwiftletGraph
public import SwiftletZoo

/// What a list of models shows: facts, and what is counted on the graph.
public struct ModelSummary: Sendable {
  public var model: Model
  public var family: Family
  /// `[batch, channels, height, width]`.
  public var input: Shape
  public var parameters: Int
  /// Of convolutions and linear layers, for one image.
  public var multiplyAdds: Int

  /// - Throws: `GraphError` when the model cannot be built.
  public init(_ model: Model, _ family: Family) throws(GraphError) {
    let graph = try model.graph()
    (self.model, self.family) = (model, family)
    input = graph[graph.inputs[0]].shape
    parameters = graph.parameterCount
    multiplyAdds = graph.multiplyAdds
  }
}
