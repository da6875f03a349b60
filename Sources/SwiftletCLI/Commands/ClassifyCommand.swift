import ArgumentParser
import Swiftlet

struct ClassifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify", abstract: "Say what is on photos.",
    discussion: "A photo that cannot be read is told of; the others are classified all the same.")

  @Argument(help: "JPEG, PNG or WebP files.")
  var photos: [String]
  @Option(help: "The name of a model; 'swiftlet models' lists them.")
  var model: String
  @Option(help: "Weights: a safetensors file, or a state dict that PyTorch saved.")
  var weights: String
  @Option(help: "A text file with the name of one class a line.")
  var labels: String?
  @Option(help: "How many classes to show.")
  var top = 5
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var precision: PrecisionOptions
  @OptionGroup var cache: CacheOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard top > 0 else { throw ValidationError("--top is \(top); expected 1 or more") }
  }

  func run() throws {
    let classifier = try Classifier(
      model, weights: weights, labels: labels, threads: threads.count, precision: precision.value,
      cache: cache.folder)
    var progress = Progress(photos.count)
    var results: [(photo: String, result: Result<[Prediction], any Error>)] = []
    for photo in photos {
      progress.next(photo)
      results.append((photo, Result { try classifier.classify(photo, top: top) }))
    }
    progress.clear()
    let texts = results.compactMap(Self.text)
    if output.json || !texts.isEmpty {
      try output.print(json: .array(results.map(Self.json)), text: texts.joined(separator: "\n"))
    }
    let errors = results.compactMap { if case .failure(let error) = $0.result { error } else { nil } }
    for error in errors { Console.note("Error: \(error)\n") }
    if !errors.isEmpty { throw ExitCode.failure }
  }

  private static func text(_ photo: String, _ result: Result<[Prediction], any Error>) -> String? {
    guard let predictions = try? result.get() else { return nil }
    let lines = predictions.map { prediction in
      let percent = Format.percent(Double(prediction.probability))
      let number = prediction.label == "\(prediction.index)" ? "class " : "\(prediction.index) "
      return String(repeating: " ", count: max(0, 9 - percent.count)) + "\(percent)  \(number)\(prediction.label)"
    }
    return ([photo] + lines).joined(separator: "\n")
  }

  private static func json(_ photo: String, _ result: Result<[Prediction], any Error>) -> JSON {
    switch result {
    case .failure(let error): ["photo": .string(photo), "error": .string("\(error)"), "predictions": []]
    case .success(let predictions):
      [
        "photo": .string(photo), "error": .null,
        "predictions": .array(
          predictions.map {
            [
              "index": .integer($0.index), "label": .string($0.label),
              "probability": .number(Double("\($0.probability)")!),
            ]
          }),
      ]
    }
  }
}
