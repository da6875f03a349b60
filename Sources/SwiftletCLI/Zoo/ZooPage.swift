import Swiftlet

/// The networks as a page in Markdown.
struct ZooPage {
  let sections: [ZooSection]

  /// - Throws: `GraphError` when a network cannot be built, or has no such block as its family names.
  init() throws(GraphError) {
    var sections: [ZooSection] = []
    for family in allFamilies { sections.append(try ZooSection(family)) }
    self.sections = sections
  }

  var markdown: String {
    let byYear = sections.enumerated().sorted {
      ($0.element.family.year, $0.offset) < ($1.element.family.year, $1.offset)
    }
    return """
      # The zoo

      \(allModels.count) models of \(allFamilies.count) families. This page is written by `make zoo` from what \
      [Sources/SwiftletZoo](../Sources/SwiftletZoo) says: parameters and multiply-adds (of convolutions and linear layers, one \
      image) are counted on the graphs, and the pictures are drawn from them. Accuracies are ImageNet-1k top-1 as published, \
      with where they were read; a dash stands where none could be checked.

      | year | family | models | parameters | mult-adds | best top-1 |
      |---|---|--:|--:|--:|--:|
      \(byYear.map(\.element.row).joined(separator: "\n"))

      \(sections.map(\.markdown).joined(separator: "\n"))
      """
  }
}

/// A family: what it is, its block, its models.
struct ZooSection {
  let family: Family
  let summaries: [ModelSummary]
  let picture: BlockPicture

  init(_ family: Family) throws(GraphError) {
    self.family = family
    var summaries: [ModelSummary] = []
    for model in family.models { summaries.append(try ModelSummary(model, family)) }
    self.summaries = summaries
    let block = family.block
    guard let model = family.models.first(where: { $0.name == block.model }) else {
      throw GraphError("the family \(family.name) has no model '\(block.model)' to draw a block of")
    }
    picture = try BlockPicture(
      model.graph(), from: block.first, through: block.last, title: "A block of \(family.name), as in \(block.model)")
  }

  /// The name as part of a path: letters and digits, hyphens between.
  var slug: String {
    let words = family.name.lowercased().replacing("+", with: " plus").split { !$0.isLetter && !$0.isNumber }
    return words.joined(separator: "-")
  }

  /// The row of the index.
  var row: String {
    let best = family.models.compactMap(\.top1).max().map { Format.decimal($0, 1) + " %" } ?? "–"
    return "| \(family.year) | [\(family.name)](#\(slug)) | \(summaries.count) | \(range(\.parameters)) "
      + "| \(range(\.multiplyAdds)) | \(best) |"
  }

  private func range(_ count: (ModelSummary) -> Int) -> String {
    let counts = summaries.map(count)
    let ends = Set([counts.min()!, counts.max()!]).sorted().map(Format.millions)
    return ends.joined(separator: " – ")
  }

  var markdown: String {
    let links = family.url.split(separator: ", ").map { "<\($0)>" }.joined(separator: ", ")
    let block = family.block
    let part = block.first == block.last ? "`\(block.first)`" : "`\(block.first)` to `\(block.last)`"
    return """
      <a id="\(slug)"></a>

      ## \(family.name)

      \(family.year). \(family.paper), \(links). Names and definition after \(code(family.reference)) \
      (licence of that code: \(family.licence)).

      \(family.idea)

      ![\(part.filter { $0 != "`" }) of \(block.model)](zoo/\(slug).svg)

      \(part) of `\(block.model)`

      | model | input | parameters | mult-adds | top-1 | read in |
      |---|--:|--:|--:|--:|---|
      \(summaries.map(row).joined(separator: "\n"))

      """
  }

  private func row(_ summary: ModelSummary) -> String {
    let model = summary.model
    let top1 = model.top1.map { Format.decimal($0, 2) + " %" } ?? "–"
    return "| `\(model.name)` | \(Format.extents(summary.input.dropFirst(2))) | \(Format.millions(summary.parameters)) "
      + "| \(Format.millions(summary.multiplyAdds)) | \(top1) | \(code(model.top1Source ?? "")) |"
  }

  /// Words with underscores or stars, which Markdown would read as emphasis, as code.
  private func code(_ text: String) -> String {
    text.split(separator: " ").map { word in
      guard word.contains(where: { "_*".contains($0) }) else { return String(word) }
      let comma = word.hasSuffix(",") ? "," : ""
      return "`\(word.dropLast(comma.count))`\(comma)"
    }.joined(separator: " ")
  }
}
