extension NetworkReport {
  /// The report as text: a row for each node, or for all nodes that share the first `depth` components of their names, and
  /// a last row with the totals.
  public func table(depth: Int? = nil) -> String {
    let rows = depth.map { layers.grouped(depth: $0) } ?? layers
    var cells = [["layer", "operator", "output", "parameters", "multiply-adds", "activations", "weights"]]
    for row in rows {
      cells.append([
        row.name, row.op, row.outputShape.map(String.init).joined(separator: "×"), Self.grouped(row.parameters),
        Self.grouped(row.multiplyAdds), Self.bytes(row.activationBytes), Self.bytes(row.weightBytes),
      ])
    }
    cells.append([
      "total", "", "", Self.grouped(parameters), Self.grouped(multiplyAdds + productMultiplyAdds),
      Self.bytes(activationBytes), Self.bytes(weightBytes),
    ])
    return Self.aligned(cells, leading: 3)
  }

  /// Columns as wide as their widest cell; the first `leading` are aligned to the left, the rest to the right.
  private static func aligned(_ cells: [[String]], leading: Int) -> String {
    let widths = cells[0].indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    return cells.map { row in
      let padded = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column < leading ? cell + space : space + cell
      }
      return padded.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  /// Digits in threes: 3 504 872.
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.indices.reduce("") { text, i in
      text + (i > 0 && (digits.count - i) % 3 == 0 ? " " : "") + String(digits[i])
    }
  }

  /// Bytes in the unit that leaves one to four digits before the point: 4.6 MiB.
  static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var (value, unit) = (Double(count), 0)
    while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
    let tenths = Int((value * 10).rounded())
    return unit == 0 ? "\(count) B" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
