import ArgumentParser
import Swiftlet

/// Which models a command is about.
struct ModelFilter: ParsableArguments {
  @Option(help: "Part of a family's name, or a pattern with *, as in 'mobilenet*'.")
  var family: String?
  @Option(help: "At most so many parameters, as in 5M.", transform: Self.count)
  var maxParams: Int?
  @Option(help: "At most so many multiply-adds, as in 300M.", transform: Self.count)
  var maxMacs: Int?
  @Option(help: "A published ImageNet top-1 accuracy of at least so many per cent, as in 75.")
  var minTop1: Double?

  func validate() throws {
    if let minTop1, !(0...100).contains(minTop1) {
      throw ValidationError("--min-top1 is \(minTop1); expected per cent, 0 to 100")
    }
  }

  /// A number as people write it: 4500000, 300k, 4.5M, 1.2G or 1.2B.
  static func count(_ text: String) throws -> Int {
    let scales: [Character: Double] = ["k": 1e3, "m": 1e6, "g": 1e9, "b": 1e9]
    let scale = text.last.flatMap { scales[Character($0.lowercased())] }
    let digits = scale == nil ? text[...] : text.dropLast()
    let isDecimal = digits.allSatisfy { ("0"..."9").contains($0) || $0 == "." }
    guard isDecimal, let number = Double(digits), number * (scale ?? 1) < 1e15 else {
      throw ValidationError("expected a number such as 4500000, 300K, 4.5M, 1.2G or 1.2B")
    }
    return Int(number * (scale ?? 1))
  }

  /// The models that bear such names and pass. What is stated goes before what must be counted on the graph.
  /// - Throws: `UnknownModelError`, `UnknownFamilyError`; `NoModelError` when none passes.
  func summaries(_ pattern: String) throws -> [ModelSummary] {
    let names = Set(try Model.matching(pattern).map(\.name))
    let families = try family.map { text throws(UnknownFamilyError) in try Family.matching(text) } ?? allFamilies
    let stated = families.flatMap { family in family.models.map { (model: $0, family: family) } }
      .filter { names.contains($0.model.name) && isAccurate($0.model) }
    var progress = Progress(stated.count)
    var summaries: [ModelSummary] = []
    for (model, family) in stated {
      progress.next(model.name)
      let summary = try ModelSummary(model, family)
      if summary.parameters <= maxParams ?? .max, summary.multiplyAdds <= maxMacs ?? .max { summaries.append(summary) }
    }
    progress.clear()
    if summaries.isEmpty {
      throw NoModelError(description: "none of the \(names.count) models so named passes \(text)")
    }
    return summaries
  }

  /// As it was asked for.
  private var text: String {
    let parts = [
      family.map { "--family \($0)" }, maxParams.map { "--max-params \($0)" }, maxMacs.map { "--max-macs \($0)" },
      minTop1.map { "--min-top1 \($0)" },
    ]
    return parts.compactMap { $0 }.joined(separator: " ")
  }

  private func isAccurate(_ model: Model) -> Bool {
    guard let minTop1 else { return true }
    return model.top1.map { $0 >= minTop1 } ?? false
  }
}

struct NoModelError: Error, CustomStringConvertible {
  var description: String
}

enum ModelOrder: String, ExpressibleByArgument, CaseIterable {
  case name, params, macs, top1, year

  /// Models of equal rank keep their order; those without a published accuracy are last.
  func sorted(_ summaries: [ModelSummary]) -> [ModelSummary] {
    if self == .name { return summaries.sorted { $0.model.name < $1.model.name } }
    return summaries.enumerated().sorted { (key($0.element), $0.offset) < (key($1.element), $1.offset) }.map(\.element)
  }

  private func key(_ summary: ModelSummary) -> Double {
    switch self {
    case .name: 0
    case .params: Double(summary.parameters)
    case .macs: Double(summary.multiplyAdds)
    case .top1: -(summary.model.top1 ?? -1)
    case .year: Double(summary.family.year)
    }
  }
}
