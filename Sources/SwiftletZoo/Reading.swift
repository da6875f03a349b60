public import SwiftletGraph

extension Model {
  /// The same network under the names of `dialect`; files with the definition's names load too.
  func written(in dialect: Dialect) -> Model {
    var model = self
    model.dialect = dialect
    return model
  }

  /// A graph of the definition under this model's names.
  func spelled(_ graph: Graph) -> Graph { dialect.map(graph.written) ?? graph }

  /// `weights` under the names and in the shapes of this model, whichever of its dialects they are written in: the one that
  /// finds most of the network's parameters. Errors that follow speak in the names of the file.
  ///
  /// `module.` before every name, which PyTorch's data-parallel training leaves, is dropped. Classifiers that only training
  /// uses may be missing as a whole.
  /// - Throws: `GraphError` when the definition is wrong.
  public func reading(_ weights: Weights) throws(GraphError) -> Weights {
    let parameters = try definition().parameters
    let names = parameters.map(\.name)
    let isWrapped = !weights.names.isEmpty && weights.names.allSatisfy { $0.hasPrefix("module.") }
    var best: (spelled: [[String]], found: Int, isOwn: Bool) = ([], -1, true)
    for (i, dialect) in ([dialect, nil] + dialects.map(Optional.some)).enumerated() where best.found < names.count {
      var spelled = dialect?.names(of: names) ?? names.map { [$0] }
      if isWrapped { spelled = spelled.map { $0.map { "module.\($0)" } } }
      let found = spelled.count { $0.allSatisfy { weights.shape($0) != nil } }
      if found > best.found { best = (spelled, found, i == 0) }
    }
    let own = dialect?.names(of: names).map { $0[0] } ?? names

    var read = weights
    if !best.isOwn || isWrapped {
      read = weights.respelled(
        parameters.indices.map { .init(name: own[$0], sources: best.spelled[$0], shape: parameters[$0].shape) })
    }
    read.mayLack = auxiliaryClassifiers.compactMap { $0.split(separator: ".").first.map { "\($0)." } }
    return read
  }
}

extension Graph {
  /// The graph with its parameters and operators named in `dialect`.
  func written(in dialect: Dialect) -> Graph {
    var graph = self
    let order =
      nodes.indices.filter { nodes[$0].op is Parameter } + nodes.indices.filter { !(nodes[$0].op is Parameter) }
    for (id, names) in zip(order, dialect.names(of: order.map { nodes[$0].name })) { graph.nodes[id].name = names[0] }
    return graph
  }
}
