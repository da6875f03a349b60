/// Spans of pixels × panels of channels that one thread computes.
struct DealtPart: BitwiseCopyable {
  private var firstUnit: Int
  private var lastUnit: Int
  private var firstPanel: Int
  private var lastPanel: Int
  var units: Range<Int> { firstUnit..<lastUnit }
  var panels: Range<Int> { firstPanel..<lastPanel }
  var isEmpty: Bool { units.isEmpty || panels.isEmpty }

  init(units: Range<Int>, panels: Range<Int>) {
    (firstUnit, lastUnit) = (units.lowerBound, units.upperBound)
    (firstPanel, lastPanel) = (panels.lowerBound, panels.upperBound)
  }
}

/// A grid of spans × panels, dealt to threads: each gets a run of its cells, row after row, as three parts: the end of a row, whole rows,
/// and the start of one.
struct Deal: Sendable {
  /// Three for each thread.
  private(set) var parts: [DealtPart]
  /// Of the thread that has most to do.
  private(set) var cost = 0

  /// Along the spans, so that each thread reads the inputs of some.
  /// - Parameters:
  ///   - units: the cost of each span.
  ///   - panels: the width of each panel.
  ///   - preparation: what each thread does to the inputs that it reads, in channels.
  static func alongSpans(_ units: [Int], _ panels: [Int], threads: Int, preparation: Int) -> Deal {
    var deal = Deal(units, panels, threads) { DealtPart(units: $0, panels: $1) }
    deal.addCost(units, panels, preparation)
    return deal
  }

  /// Along the panels, so that each thread reads the weights of some.
  static func alongPanels(_ units: [Int], _ panels: [Int], threads: Int, preparation: Int) -> Deal {
    var deal = Deal(panels, units, threads) { DealtPart(units: $1, panels: $0) }
    deal.addCost(units, panels, preparation)
    return deal
  }

  private init(_ rows: [Int], _ columns: [Int], _ threads: Int, _ part: (Range<Int>, Range<Int>) -> DealtPart) {
    parts = []
    let all = rows.reduce(0, +) * columns.reduce(0, +)
    var (done, cell) = (0, 0)
    for thread in 1...threads {
      let first = cell
      while cell < rows.count * columns.count {
        let next = rows[cell / columns.count] * columns[cell % columns.count]
        // The nearest end to the thread's share.
        if (2 * done + next) * threads > 2 * all * thread { break }
        done += next
        cell += 1
      }
      parts += Self.rectangles(first..<cell, columns.count).map { part($0.rows, $0.columns) }
    }
  }

  /// Weights that are read first cost as much as a tile of two pixels or three.
  private mutating func addCost(_ units: [Int], _ panels: [Int], _ preparation: Int) {
    for i in stride(from: 0, to: parts.count, by: 3) {
      let own = parts[i..<i + 3].filter { !$0.isEmpty }
      let read = Set(own.flatMap { Array($0.units) })
      let products = own.reduce(0) { $0 + (units[$1.units].reduce(0, +) + 6) * panels[$1.panels].reduce(0, +) }
      cost = max(cost, products + read.reduce(0) { $0 + units[$1] } * preparation)
    }
  }

  /// A run of cells as three rectangles, some of them empty.
  private static func rectangles(_ cells: Range<Int>, _ columns: Int) -> [(rows: Range<Int>, columns: Range<Int>)] {
    let (first, last) = (cells.lowerBound / columns, cells.upperBound / columns)
    let (start, end) = (cells.lowerBound % columns, cells.upperBound % columns)
    if first == last { return [(first..<first + 1, start..<end), (0..<0, 0..<0), (0..<0, 0..<0)] }
    let whole = start == 0 ? first : first + 1
    return [
      start == 0 ? (0..<0, 0..<0) : (first..<whole, start..<columns), (whole..<last, 0..<columns),
      end == 0 ? (0..<0, 0..<0) : (last..<last + 1, 0..<end),
    ]
  }
}

/// The same, for a driver.
struct DealList: BitwiseCopyable {
  private var parts: UnsafePointer<DealtPart>
  /// What a thread does that is alone.
  private var all: DealtPart

  init(_ parts: UnsafePointer<DealtPart>, all: DealtPart) { (self.parts, self.all) = (parts, all) }

  /// All spans of a thread.
  @inline(__always)
  func units(_ thread: Int, _ threads: Int) -> Range<Int> {
    var (first, last) = (Int.max, 0)
    forEach(thread, threads) { (first, last) = (min(first, $0.units.lowerBound), max(last, $0.units.upperBound)) }
    return min(first, last)..<last
  }

  /// - Parameter body: called with each part of a thread.
  @inline(__always)
  func forEach(_ thread: Int, _ threads: Int, _ body: (DealtPart) -> Void) {
    if threads == 1 { return body(all) }
    for i in 3 * thread..<3 * thread + 3 where !parts[i].isEmpty { body(parts[i]) }
  }
}
