import ArgumentParser
import Swiftlet

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a network on an array in a file.",
    discussion: "The batch, the channels and the size of the images are those of the input.")

  @Argument(help: "The name of a model; 'swiftlet models' lists them.")
  var model: String
  @Option(help: "Weights: a safetensors file, or a state dict that PyTorch saved.")
  var weights: String
  @Option(help: "A .npy or .safetensors file with one array, or one named 'input': [batch, channels, height, width].")
  var input: String
  @Option(help: "The .npy or .safetensors file to write; the array is named 'output'.")
  var output: String
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var precision: PrecisionOptions
  @OptionGroup var cache: CacheOptions
  @OptionGroup var format: OutputOptions

  func validate() throws { try checkArrayName(output) }

  func run() throws {
    let arrays = try Model.named(model).run(
      on: TensorFile.read(input), weights: WeightsFile.open(weights), threads: threads.count,
      precision: precision.value,
      cache: cache.folder)
    try TensorFile.write(arrays, to: output)
    try format.print(
      json: [
        "output": .string(output),
        "arrays": .array(arrays.map { ["name": .string($0.0), "shape": .integers($0.1.shape)] }),
      ],
      text: arrays.map { "\(output): \($0.0) \($0.1.shape)" }.joined(separator: "\n"))
  }
}
