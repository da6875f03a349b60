import ArgumentParser
import Swiftlet

struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "Turn photos into vectors: the features before the classifier.")

  @Argument(help: "JPEG, PNG or WebP files.")
  var photos: [String]
  @Option(help: "The name of a model; 'swiftlet models' lists them.")
  var model: String
  @Option(help: "Weights, with or without a classifier: a safetensors file, or a state dict that PyTorch saved.")
  var weights: String
  @Option(help: "The .npy or .safetensors file to write: one array [photos, features], named 'embeddings'.")
  var output: String
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var precision: PrecisionOptions
  @OptionGroup var cache: CacheOptions
  @OptionGroup var format: OutputOptions

  func validate() throws { try checkArrayName(output) }

  func run() throws {
    let embedder = try Embedder(
      model, weights: weights, threads: threads.count, precision: precision.value,
      cache: cache.folder)
    var progress = Progress(photos.count)
    defer { progress.clear() }
    var scalars: [Float] = []
    for photo in photos {
      progress.next(photo)
      scalars += try embedder.embed(photo)
    }
    let array = NDArray([photos.count, embedder.features], scalars)
    try TensorFile.write([("embeddings", array)], to: output)
    try format.print(
      json: [
        "output": .string(output), "shape": .integers(array.shape), "photos": .array(photos.map(JSON.string)),
      ], text: "\(output): embeddings \(array.shape)")
  }
}
