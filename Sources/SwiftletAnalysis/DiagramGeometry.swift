/// Where the boxes and arrows of a diagram lie, in pixels, and how large the whole is.
struct DiagramGeometry {
  struct Rectangle {
    /// The middle.
    var x: Double
    var y: Double
    var width: Double
    var height: Double
  }

  typealias Point = (x: Double, y: Double)

  private(set) var boxes: [Rectangle]
  /// The corners of each arrow, from its start to its point.
  private(set) var arrows: [[Point]] = []
  private(set) var width = 0.0
  private(set) var height = 0.0

  private let diagram: BlockDiagram
  private let layout: DiagramLayout
  /// The middle of each lane, and the upper and lower end of each row.
  private var laneX: [Int: Double] = [:]
  private var rowEnds: [(top: Double, bottom: Double)] = []
  /// How far below its row an arrow to another lane turns, for each box.
  private var turns: [Double] = []

  private static let margin = 14.0
  private static let track = 6.0

  init(_ diagram: BlockDiagram) {
    self.diagram = diagram
    layout = DiagramLayout(boxes: diagram.boxes.count, diagram.arrows)
    boxes = diagram.boxes.map { Rectangle(x: 0, y: 0, width: $0.width, height: $0.height) }
    placeLanes()
    placeRows()
    for i in boxes.indices {
      let row = rowEnds[layout.rows[i]]
      (boxes[i].x, boxes[i].y) = (laneX[layout.lanes[i]]!, (row.top + row.bottom) / 2)
    }
    arrows = diagram.arrows.indices.map(corners)
  }

  private mutating func placeLanes() {
    var widths: [Int: Double] = [:]
    for lane in layout.arrowLanes { widths[lane] = 12 }
    for (i, box) in boxes.enumerated() { widths[layout.lanes[i]] = max(widths[layout.lanes[i]] ?? 0, box.width) }
    var x = Self.margin
    for lane in widths.keys.sorted() {
      laneX[lane] = x + widths[lane]! / 2
      x += widths[lane]! + 14
    }
    width = x - 14 + Self.margin
  }

  private mutating func placeRows() {
    turns = [Double](repeating: 0, count: boxes.count)
    var y = Self.margin
    for row in 0...(layout.rows.max() ?? 0) {
      let members = boxes.indices.filter { layout.rows[$0] == row }
      let bottom = y + (members.map { boxes[$0].height }.max() ?? 0)
      rowEnds.append((y, bottom))
      var turn = 8.0
      for box in members
      where diagram.arrows.indices.contains(where: { leavesLane($0) && diagram.arrows[$0].from == box }) {
        turns[box] = turn
        turn += Self.track
      }
      let entersFromAbove = diagram.arrows.indices.contains {
        layout.rows[diagram.arrows[$0].to] == row + 1 && reachesOtherLane($0) && !entersAtSide($0)
      }
      y = bottom + max(20, turn + 8) + (entersFromAbove ? 8 : 0)
    }
    height = rowEnds.last!.bottom + Self.margin
  }

  private func leavesLane(_ i: Int) -> Bool { layout.arrowLanes[i] != layout.lanes[diagram.arrows[i].from] }
  private func reachesOtherLane(_ i: Int) -> Bool { layout.arrowLanes[i] != layout.lanes[diagram.arrows[i].to] }

  /// Whether nothing in the row of its end stands between an arrow and the side of its box.
  private func entersAtSide(_ i: Int) -> Bool {
    let end = diagram.arrows[i].to
    let (lane, target) = (layout.arrowLanes[i], layout.lanes[end])
    let between = lane < target ? lane..<target : target + 1..<lane + 1
    return !boxes.indices.contains { layout.rows[$0] == layout.rows[end] && between.contains(layout.lanes[$0]) }
  }

  private func corners(_ i: Int) -> [Point] {
    let (from, to) = diagram.arrows[i]
    let (start, end) = (boxes[from], boxes[to])
    let x = laneX[layout.arrowLanes[i]]!
    var points: [Point] = [(start.x, start.y + start.height / 2)]
    if leavesLane(i) {
      let y = rowEnds[layout.rows[from]].bottom + turns[from]
      points += [(start.x, y), (x, y)]
    }
    if !reachesOtherLane(i) { return points + [(x, end.y - end.height / 2)] }
    if entersAtSide(i) { return points + [(x, end.y), (end.x + (x < end.x ? -1 : 1) * end.width / 2, end.y)] }
    let y = rowEnds[layout.rows[to]].top - 14
    let entry = end.x + (x < end.x ? -1 : 1) * min(16, end.width / 4)
    return points + [(x, y), (entry, y), (entry, end.y - end.height / 2)]
  }
}

extension BlockDiagram.Box {
  /// Room for the text in common sans-serif fonts.
  fileprivate var width: Double {
    style == .join ? 22 : max(44, max(7.4 * Double(title.count), 6.2 * Double(detail.count)) + 16)
  }

  fileprivate var height: Double { style == .join ? 22 : style == .terminal ? 20 : detail.isEmpty ? 26 : 40 }

  /// The second line.
  var detail: String { details.joined(separator: style == .split ? " + " : " · ") }
}
