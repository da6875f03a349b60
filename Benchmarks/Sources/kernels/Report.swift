import Foundation
import Swiftlet

/// All measurements of a run.
struct Report: Encodable {
  var processor: String
  var peaks: [Peaks]
  var measurements: [Measurement]

  struct Peaks: Encodable {
    var instructionSet: String
    var gigaflops: Double
    /// 10⁹ bytes a second that are read from each cache and from memory.
    var bandwidths: [String: Double]

    init(_ peaks: MachinePeaks) {
      (instructionSet, gigaflops) = (peaks.instructionSet.rawValue, peaks.gigaflops)
      bandwidths = Dictionary(uniqueKeysWithValues: peaks.levels.map { ($0.name, $0.bandwidth) })
    }
  }

  private var sets: [String] { peaks.map(\.instructionSet) }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      (encoder.outputFormatting, encoder.keyEncodingStrategy) = ([.prettyPrinted, .sortedKeys], .convertToSnakeCase)
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  /// Tables in Markdown, readable in a terminal too.
  var text: String {
    let heads = peaks.map { peak in
      let levels = ["L1", "L2", "L3", "DRAM"].compactMap { name in
        peak.bandwidths[name].map { "\(name) \(rounded($0))" }
      }
      return "\(peak.instructionSet): \(rounded(peak.gigaflops)) GFLOP/s, reads \(levels.joined(separator: ", ")) GB/s"
    }
    return """
      \(processor), one thread. \(heads.joined(separator: "; ")).

      \(table)
      """
  }

  /// A row for each case: of each instruction set GFLOP/s, the best and the median, and the share of the peak, or, of kernels that
  /// only move values, of the roof.
  private var table: String {
    let titles = ["kernel", "channels, map"] + sets.flatMap { ["\($0) best (median)", "of peak"] }
    var rows = [titles]
    for first in measurements where first.instructionSet == sets[0] {
      let all = measurements.filter { ($0.kind, $0.size) == (first.kind, first.size) }
      rows.append([first.kind, first.size] + all.flatMap { cells($0) })
    }
    let widths = titles.indices.map { c in rows.map { $0[c].count }.max() ?? 0 }
    var lines = rows.map { row in
      let cells = row.enumerated().map { c, cell in
        let space = String(repeating: " ", count: widths[c] - cell.count)
        return c < 2 ? cell + space : space + cell
      }
      return "| " + cells.joined(separator: " | ") + " |"
    }
    let rule = widths.enumerated().map { c, width in String(repeating: "-", count: width + 1) + (c < 2 ? "-" : ":") }
    lines.insert("|" + rule.joined(separator: "|") + "|", at: 1)
    return lines.joined(separator: "\n")
  }

  private func cells(_ m: Measurement) -> [String] {
    if m.multiplyAdds > 0 {
      return [
        "\(rounded(m.bestGigaflops)) (\(rounded(m.medianGigaflops)))", "\(Int((100 * m.shareOfPeak).rounded())) %",
      ]
    }
    let speeds = [m.bestSeconds, m.medianSeconds].map { rounded(1e-9 * Double(m.bytes) / $0) }
    return ["\(speeds[0]) (\(speeds[1])) GB/s", "\(Int((100 * m.shareOfRoof).rounded())) % of roof"]
  }

  private func rounded(_ value: Double) -> String { String(format: value < 99.95 ? "%.1f" : "%.0f", value) }

  /// Puts the table between the marks of a page.
  func write(to path: String, command: String) throws {
    let (start, end) = ("<!-- kernels: written by Benchmarks -->", "<!-- kernels end -->")
    let page = try String(contentsOfFile: path, encoding: .utf8)
    guard let from = page.range(of: start), let to = page.range(of: end, range: from.upperBound..<page.endIndex) else {
      throw WrongAnswer(description: "\(path): has no line '\(start)' with a line '\(end)' behind it")
    }
    let body = "\n\nMade by `\(command)`. \(text)\n\n"
    let whole = page[..<from.upperBound] + body + page[to.lowerBound...]
    try AtomicFile.write(to: path) { file throws(FormatError) in try file.write(Array(whole.utf8)) }
  }
}
