/// The words that are at most half of `word`'s length in edits away from it, the closest first.
func closest(to word: String, among words: [String], limit: Int) -> [String] {
  let wanted = Array(word.lowercased().utf8.prefix(64))
  let ranked = words.enumerated().map {
    (order: $0, distance: editDistance(wanted, Array($1.lowercased().utf8)), word: $1)
  }
  .filter { $0.distance <= max(2, wanted.count / 2) }
  .sorted { ($0.distance, $0.order) < ($1.distance, $1.order) }
  return ranked.prefix(limit).map(\.word)
}

/// How many bytes must be inserted, removed or replaced to make `a` of `b` (Levenshtein).
func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let replaced = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
