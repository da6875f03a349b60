/// Boxes in rows from top to bottom, by the longest way from the input, and in lanes beside each other.
///
/// The longest way through the block is lane 0. What branches off and comes back has a lane of its own between these rows:
/// the shortest branches are the nearest, on the right where there is room.
struct DiagramLayout {
  /// A way beside the others: an arrow, or boxes with arrows between them, between two boxes that have their lanes.
  private struct Branch {
    var boxes: [Int]
    /// The rows it leaves and reaches.
    var rows: Range<Int>
    var arrows: [Int]
  }

  private(set) var rows: [Int]
  /// The lane of each box; 0 is the middle, negative ones are to the left.
  private(set) var lanes: [Int]
  /// The lane in which each arrow comes down.
  private(set) var arrowLanes: [Int]

  init(boxes count: Int, _ arrows: [(from: Int, to: Int)]) {
    rows = [Int](repeating: 0, count: count)
    for box in 0..<count {
      for arrow in arrows where arrow.to == box { rows[box] = max(rows[box], rows[arrow.from] + 1) }
    }
    lanes = [Int](repeating: 0, count: count)
    arrowLanes = [Int](repeating: 0, count: arrows.count)
    var placed = [Bool](repeating: false, count: count)
    var covered = [Bool](repeating: false, count: arrows.count)
    for arrow in Self.middle(rows, arrows) {
      (placed[arrows[arrow].from], placed[arrows[arrow].to], covered[arrow]) = (true, true, true)
    }
    place(branches(arrows, &placed, &covered))
  }

  /// The arrows of the longest way, from its end backwards.
  private static func middle(_ rows: [Int], _ arrows: [(from: Int, to: Int)]) -> [Int] {
    var way: [Int] = []
    var box = rows.indices.max { rows[$0] < rows[$1] } ?? 0
    while let arrow = arrows.indices.first(where: { arrows[$0].to == box && rows[arrows[$0].from] == rows[box] - 1 }) {
      way.append(arrow)
      box = arrows[arrow].from
    }
    return way
  }

  /// All other ways, each from a placed box along boxes that are not placed yet.
  private func branches(_ arrows: [(from: Int, to: Int)], _ placed: inout [Bool], _ covered: inout [Bool]) -> [Branch] {
    var branches: [Branch] = []
    while let first = arrows.indices.first(where: {
      !covered[$0] && (placed[arrows[$0].from] || rows[arrows[$0].from] == 0)
    }) {
      var branch = Branch(boxes: [], rows: rows[arrows[first].from]..<rows[arrows[first].to], arrows: [first])
      if !placed[arrows[first].from] {
        placed[arrows[first].from] = true
        branch.boxes.append(arrows[first].from)
        branch.rows = -1..<branch.rows.upperBound
      }
      covered[first] = true
      var box = arrows[first].to
      while !placed[box] {
        placed[box] = true
        branch.boxes.append(box)
        guard let next = arrows.indices.first(where: { !covered[$0] && arrows[$0].from == box }) else {
          branch.rows = branch.rows.lowerBound..<rows[box] + 1
          break
        }
        covered[next] = true
        branch.arrows.append(next)
        box = arrows[next].to
        branch.rows = branch.rows.lowerBound..<rows[box]
      }
      branches.append(branch)
    }
    return branches
  }

  private mutating func place(_ branches: [Branch]) {
    var taken: [Int: [Range<Int>]] = [:]
    for branch in branches.sorted(by: { $0.rows.count < $1.rows.count }) {
      var distance = 1
      var lane = 0
      while lane == 0 {
        lane = [distance, -distance].first { !taken[$0, default: []].contains { $0.overlaps(branch.rows) } } ?? 0
        distance += 1
      }
      taken[lane, default: []].append(branch.rows)
      for box in branch.boxes { lanes[box] = lane }
      for arrow in branch.arrows { arrowLanes[arrow] = lane }
    }
  }
}
