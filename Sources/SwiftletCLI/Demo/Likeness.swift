import Swiftlet

/// Part two of the demo: which photos lie nearest to which.
struct Likeness {
  static let model = "squeezenet1_1"

  struct Row {
    var photo: String
    var nearest: String
    var cosine: Double
  }

  let rows: [Row]

  /// - Parameter photos: paths, at least two.
  init(_ photos: [String], threads: Int) throws {
    let model = try Model.named(Self.model)
    let embedder = try Embedder(model, weights: .random(for: model.graph(classes: 0)), threads: threads)
    var progress = Progress(photos.count)
    defer { progress.clear() }
    var vectors: [[Float]] = []
    for photo in photos {
      progress.next(photo)
      vectors.append(try embedder.embed(photo))
    }
    let names = photos.map { String($0.split(separator: "/").last ?? "") }
    let cosines = centredCosines(vectors)
    rows = names.indices.compactMap { i in
      let others = names.indices.filter { $0 != i }
      return others.max { cosines[i][$0] < cosines[i][$1] }
        .map { Row(photo: names[i], nearest: names[$0], cosine: cosines[i][$0]) }
    }
  }

  static let caution = """
    Photos as \(model) embeds them. Its weights are random, not trained: what is alike here is alike in colours and \
    edges, not in meaning. Cosines are taken around the mean of all photos.
    """

  var table: Table {
    var table = Table(.text("photo"), .text("nearest"), .number("cosine"))
    for row in rows { table.rows.append([row.photo, row.nearest, Format.decimal(row.cosine, 2)]) }
    return table
  }

  var json: JSON {
    .array(
      rows.map { ["photo": .string($0.photo), "nearest": .string($0.nearest), "cosine": .number($0.cosine)] })
  }
}
