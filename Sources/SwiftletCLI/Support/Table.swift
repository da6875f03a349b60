/// Rows of text in columns as wide as their widest cell.
struct Table {
  struct Column {
    var title: String
    var isNumber: Bool
    /// Columns of the highest rank are left out first where a terminal is too narrow; those of rank 0 always stay.
    var rank: Int

    static func text(_ title: String, rank: Int = 0) -> Column { Column(title: title, isNumber: false, rank: rank) }
    static func number(_ title: String, rank: Int = 0) -> Column { Column(title: title, isNumber: true, rank: rank) }
  }

  var columns: [Column]
  var rows: [[String]] = []

  init(_ columns: Column...) { self.columns = columns }

  /// The table within `width` characters, where that is possible; a last line names what was left out.
  func text(width: Int?) -> String {
    var shown = Array(columns.indices)
    let widths = columns.indices.map { c in
      max(columns[c].title.count, rows.map { $0[c].count }.max() ?? 0)
    }
    func total() -> Int { shown.reduce(0) { $0 + widths[$1] + 2 } - 2 }
    while let width, total() > width, let least = shown.max(by: { columns[$0].rank < columns[$1].rank }),
      columns[least].rank > 0
    {
      shown.removeAll { $0 == least }
    }
    let lines = ([columns.map(\.title)] + rows).map { row in
      line(row, shown, widths)
    }
    let hidden = columns.indices.filter { !shown.contains($0) }.map { columns[$0].title }
    let note = hidden.isEmpty ? [] : ["(left out for want of room: \(hidden.joined(separator: ", ")))"]
    return (lines + note).joined(separator: "\n")
  }

  private func line(_ row: [String], _ shown: [Int], _ widths: [Int]) -> String {
    var line = ""
    for (i, c) in shown.enumerated() {
      let space = String(repeating: " ", count: widths[c] - row[c].count)
      let isLast = i == shown.count - 1
      line += columns[c].isNumber ? space + row[c] : isLast ? row[c] : row[c] + space
      if !isLast { line += "  " }
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}
