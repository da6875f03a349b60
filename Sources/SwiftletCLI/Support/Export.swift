#if ONNX
  import Swiftlet
  import SwiftletONNX

  /// A model made ready for a file.
  struct Export {
    let graph: Graph
    let weights: Weights
    let onnx: ONNXModel

    /// - Parameters:
    ///   - weights: random ones where `nil`.
    ///   - classes: those of the weights, or of the reference, where `nil`.
    ///   - labels: the path of a file with the classes' names.
    init(
      _ model: Model, weights: Weights?, classes: Int?, labels: String?, batch: Int,
      size: (height: Int, width: Int)?, channels: Int?
    ) throws {
      let weights = try weights.map { weights throws(GraphError) in try model.reading(weights) }
      let classes = classes ?? weights.map { model.classes(in: $0) } ?? model.classes
      graph = try model.graph(batch: batch, size: size, channels: channels, classes: classes)
      self.weights = weights ?? .random(for: graph)
      var preprocessing = model.preprocessing
      if let size { (preprocessing.height, preprocessing.width) = (size.height, size.width) }
      if let channels, channels != preprocessing.channels {
        // Mean and deviation of red, green and blue say nothing of other channels.
        (preprocessing.channels, preprocessing.mean, preprocessing.std) = (channels, [], [])
      }
      let names = try labels.map { path throws(FormatError) in try Labels.read(path, count: classes) }
      onnx = try ONNXModel(
        graph, name: model.name,
        metadata: ONNXModel.metadata(model: model.name, preprocessing, classes: classes, labels: names))
    }
  }
#endif
