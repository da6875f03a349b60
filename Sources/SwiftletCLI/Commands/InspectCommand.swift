import ArgumentParser
import Swiftlet

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what a network is and what it costs, on demand layer by layer.")

  @Argument(help: "The name of a model; 'swiftlet models' lists them.")
  var model: String
  @Flag(help: "Show every layer.")
  var layers = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    let model = try Model.named(model)
    guard let family = model.family else { return }
    let report = NetworkReport(try model.graph())
    try output.print(json: try json(model, family, report), text: text(model, family, report))
  }

  private func text(_ model: Model, _ family: Family, _ report: NetworkReport) -> String {
    let input = model.preprocessing
    func list(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: " ") }
    let facts = [
      ("model", "\(model.name), \(family.name), \(family.year)"),
      ("paper", family.paper),
      ("", family.url),
      ("names", "\(family.reference); that code's licence: \(family.licence)"),
      ("classifier", model.classifier + "*"),
      (
        "input",
        "\(Format.extents(report.inputShapes[0].dropFirst())), \(input.interpolation.rawValue), crop "
          + "\(input.cropFraction) \(input.cropMode.rawValue), \(input.channelOrder.rawValue), mean \(list(input.mean)), std \(list(input.std))"
      ),
      ("top-1", model.top1.map { "\(Format.decimal($0, 3)) % (\(model.top1Source ?? ""))" } ?? "not published"),
      ("feature maps", model.featureMaps.map { "\($0.channels) at stride \($0.stride)" }.joined(separator: ", ")),
      ("parameters", Format.grouped(report.parameters)),
      ("multiply-adds", Format.grouped(report.multiplyAdds) + products(report)),
      ("weights", Format.mebibytes(report.weightBytes)),
      (
        "activations",
        "\(Format.mebibytes(report.activationBytes)) in all, "
          + "at most \(Format.mebibytes(report.peakActivationBytes)) at once"
      ),
    ]
    let lines = facts.map { name, value in
      name + String(repeating: " ", count: 15 - name.count) + Format.wrapped(value, width: Console.width, indent: 15)
    }
    let table = layers ? ["", Self.table(report.layers).text(width: Console.width)] : []
    return (lines + table).joined(separator: "\n")
  }

  private func products(_ report: NetworkReport) -> String {
    report.productMultiplyAdds == 0
      ? "" : ", and \(Format.grouped(report.productMultiplyAdds)) in products of activations"
  }

  private static func table(_ layers: [LayerReport]) -> Table {
    var table = Table(
      .text("layer"), .text("operator"), .number("output", rank: 1), .number("parameters"), .number("mult-adds"),
      .number("activations", rank: 2), .number("weights", rank: 3))
    for layer in layers {
      table.rows.append([
        layer.name, layer.op, Format.extents(layer.outputShape), Format.grouped(layer.parameters),
        Format.grouped(layer.multiplyAdds), Format.mebibytes(layer.activationBytes),
        Format.mebibytes(layer.weightBytes),
      ])
    }
    return table
  }

  private func json(_ model: Model, _ family: Family, _ report: NetworkReport) throws -> JSON {
    guard case .object(var members) = ModelsCommand.json(try ModelSummary(model, family)) else { return .null }
    members += [
      ("output", .integers(report.outputShapes[0])),
      (
        "feature_maps",
        .array(model.featureMaps.map { ["stride": .integer($0.stride), "channels": .integer($0.channels)] })
      ),
      ("product_multiply_adds", .integer(report.productMultiplyAdds)), ("weight_bytes", .integer(report.weightBytes)),
      ("activation_bytes", .integer(report.activationBytes)),
      ("peak_activation_bytes", .integer(report.peakActivationBytes)),
    ]
    if layers { members.append(("layers", .array(report.layers.map(Self.json)))) }
    return .object(members)
  }

  private static func json(_ layer: LayerReport) -> JSON {
    [
      "name": .string(layer.name), "operator": .string(layer.op), "output": .integers(layer.outputShape),
      "parameters": .integer(layer.parameters), "multiply_adds": .integer(layer.multiplyAdds),
      "activation_bytes": .integer(layer.activationBytes), "weight_bytes": .integer(layer.weightBytes),
    ]
  }
}
