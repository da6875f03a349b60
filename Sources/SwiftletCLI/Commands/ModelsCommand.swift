import ArgumentParser
import Swiftlet

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the networks: size, cost, published accuracy, paper.")

  @Argument(help: "Part of a name, or a pattern with *, as in 'mobilenetv3*'. All models where left out.")
  var pattern = ""
  @OptionGroup var filter: ModelFilter
  @Option(help: "The order: name, params, macs, top1 (best first) or year. That of the papers where left out.")
  var sort: ModelOrder?
  @OptionGroup var output: OutputOptions

  func run() throws {
    var summaries = try filter.summaries(pattern)
    if let sort { summaries = sort.sorted(summaries) }
    try output.print(
      json: .array(summaries.map(Self.json)), text: Self.table(summaries).text(width: Console.width))
  }

  private static func table(_ summaries: [ModelSummary]) -> Table {
    var table = Table(
      .text("model"), .text("family", rank: 2), .number("year", rank: 1), .number("parameters"),
      .number("mult-adds"), .number("input"), .number("top-1"), .text("paper", rank: 3))
    for summary in summaries {
      let (model, family) = (summary.model, summary.family)
      table.rows.append([
        model.name, family.name, String(family.year), Format.millions(summary.parameters),
        Format.millions(summary.multiplyAdds), Format.extents(summary.input.dropFirst(2)),
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
  static func json(_ summary: ModelSummary) -> JSON {
    let (model, family) = (summary.model, summary.family)
    return [
      "name": .string(model.name), "family": .string(family.name), "year": .integer(family.year),
      "parameters": .integer(summary.parameters), "multiply_adds": .integer(summary.multiplyAdds),
      "input": .integers(summary.input), "top1": model.top1.map(JSON.number) ?? .null,
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
