#if ONNX
  import ArgumentParser
  import Swiftlet
  import SwiftletONNX

  struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "Write a network with its weights as ONNX.",
      discussion: """
        Operator set 17, static shapes; the input is called 'input', the output 'output' ('output.0' and so on of several), weights \
        have their own names, and metadata_props say how photos are prepared.
        """)

    @Argument(help: "The name of a model; 'swiftlet models' lists them.")
    var model: String
    @Option(help: "Weights: a safetensors file, or a state dict that PyTorch saved. Random ones where none are given.")
    var weights: String?
    @Option(help: "The .onnx file to write.")
    var output: String
    @Option(help: "How many classes; 0 for pooled features. Those of the weights where it is not given.")
    var classes: Int?
    @Option(help: "A text file with the name of one class a line, to be written into the file.")
    var labels: String?
    @Option(help: "Images at once.")
    var batch = 1
    @Option(parsing: .upToNextOption, help: "Height and width of the images; the model's own where not given.")
    var size: [Int] = []
    @Option(help: "Channels of the images; the model's own where not given.")
    var channels: Int?
    @Flag(help: "Compare ONNX Runtime's answer with ours; needs python3 with onnxruntime.")
    var verify = false
    @OptionGroup var format: OutputOptions

    func validate() throws {
      guard output.lowercased().hasSuffix(".onnx") else {
        throw ValidationError("--output is '\(output)'; expected a name that ends in .onnx")
      }
      guard batch > 0 else { throw ValidationError("--batch is \(batch); expected 1 or more") }
      guard classes ?? 0 >= 0 else { throw ValidationError("--classes is \(classes ?? 0); expected 0 or more") }
      guard channels ?? 1 > 0 else { throw ValidationError("--channels is \(channels ?? 1); expected 1 or more") }
      guard size.isEmpty || (size.count == 2 && size.allSatisfy { $0 > 0 }) else {
        throw ValidationError("--size is \(size); expected a height and a width")
      }
    }

    func run() throws {
      let export = try Export(
        Model.named(model), weights: weights.map(WeightsFile.open), classes: classes, labels: labels, batch: batch,
        size: size.isEmpty ? nil : (size[0], size[1]), channels: channels)
      try export.onnx.write(export.weights, to: output)
      let verification = verify ? try Verification(output, export.graph, export.weights) : nil
      try format.print(json: json(export, verification), text: text(export, verification))
      if verification?.isPassed == false { throw ExitCode.failure }
    }

    private func text(_ export: Export, _ verification: Verification?) -> String {
      let graph = export.graph
      let shapes = (graph.inputs + graph.outputs).map { "\(graph[$0].shape)" }.joined(separator: " → ")
      guard let verification else { return "\(output): \(shapes), \(export.weights.source)" }
      let verdict = verification.isPassed ? "agrees" : "DOES NOT AGREE"
      return """
        \(output): \(shapes), \(export.weights.source)
        ONNX Runtime \(verification.version) \(verdict): the largest difference is \(verification.largest) of the largest value
        """
    }

    private func json(_ export: Export, _ verification: Verification?) -> JSON {
      [
        "output": .string(output), "model": .string(model), "weights": .string(export.weights.source),
        "operator_set": .integer(ONNXModel.operatorSet), "input": .integers(export.graph[export.graph.inputs[0]].shape),
        "outputs": .array(export.graph.outputs.map { .integers(export.graph[$0].shape) }),
        "verification": verification.map {
          [
            "onnxruntime": .string($0.version), "relative_error": .number(Double($0.largest)),
            "passed": .boolean($0.isPassed),
          ]
        } ?? .null,
      ]
    }
  }
#endif
