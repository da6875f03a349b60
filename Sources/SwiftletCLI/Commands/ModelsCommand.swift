import ArgumentParser
import Swiftlet

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the networks: size, cost, published accuracy, paper.")

  @Argument(help: "Part of a name, or a pattern with *, as in 'mobilenetv3*'. All models where left out.")
  var pattern = ""
  @OptionGroup var output: OutputOptions

  func run() throws {
    let models = try Model.matching(pattern)
    var progress = Progress(models.count)
    var entries: [(model: Model, family: Family, report: NetworkReport)] = []
    for model in models {
      progress.next(model.name)
      guard let family = model.family else { continue }
      entries.append((model, family, NetworkReport(try model.graph())))
    }
    progress.clear()
    try output.print(
      json: .array(entries.map { Self.json($0.model, $0.family, $0.report) }),
      text: Self.table(entries).text(width: Console.width))
  }

  private static func table(_ entries: [(model: Model, family: Family, report: NetworkReport)]) -> Table {
    var table = Table(
      .text("model"), .text("family", rank: 2), .number("year", rank: 1), .number("parameters"),
      .number("mult-adds"), .number("input"), .number("top-1"), .text("paper", rank: 3))
    for (model, family, report) in entries {
      table.rows.append([
        model.name, family.name, String(family.year), Format.millions(report.parameters),
        Format.millions(report.multiplyAdds), "\(model.preprocessing.height)×\(model.preprocessing.width)",
        model.top1.map { Format.decimal($0, 1) + " %" } ?? "–", shortened(family.url),
      ])
    }
    return table
  }

  /// The number of a paper at arXiv, elsewhere the host.
  private static func shortened(_ url: String) -> String {
    let arXiv = "https://arxiv.org/abs/"
    if url.hasPrefix(arXiv) { return "arXiv:" + url.dropFirst(arXiv.count) }
    return url.split(separator: "/").dropFirst().first.map(String.init) ?? url
  }

  /// All that is known of a model.
  static func json(_ model: Model, _ family: Family, _ report: NetworkReport) -> JSON {
    [
      "name": .string(model.name), "family": .string(family.name), "year": .integer(family.year),
      "parameters": .integer(report.parameters), "multiply_adds": .integer(report.multiplyAdds),
      "input": .integers(report.inputShapes[0]), "top1": model.top1.map(JSON.number) ?? .null,
      "top1_source": .optional(model.top1Source), "paper": .string(family.paper), "url": .string(family.url),
      "reference": .string(family.reference), "licence": .string(family.licence),
      "classifier": .string(model.classifier), "preprocessing": json(model.preprocessing),
    ]
  }

  private static func json(_ preprocessing: Preprocessing) -> JSON {
    [
      "interpolation": .string(preprocessing.interpolation.rawValue),
      "crop_fraction": .number(preprocessing.cropFraction), "crop_mode": .string(preprocessing.cropMode.rawValue),
      "channel_order": .string(preprocessing.channelOrder.rawValue),
      "mean": .array(preprocessing.mean.map { .number(Double("\($0)")!) }),
      "std": .array(preprocessing.std.map { .number(Double("\($0)")!) }),
    ]
  }
}
