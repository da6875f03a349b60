public import SwiftletGraph

/// One block of a network, drawn from its graph: layers as boxes from top to bottom, branches side by side.
///
/// A picture for eyes, as SVG: it brings its own background and no fonts.
public struct BlockPicture: Sendable {
  public let svg: String

  /// - Parameters:
  ///   - first: what the name of the block's first layer begins with, as in `blocks.2.1`.
  ///   - last: the same of its last layer; `first` where left out.
  ///   - title: what a reader hears who cannot see the picture.
  /// - Throws: `GraphError` when no layers bear such names.
  public init(_ graph: Graph, from first: String, through last: String? = nil, title: String) throws(GraphError) {
    let diagram = try BlockDiagram(graph, from: first, through: last ?? first)
    let geometry = DiagramGeometry(diagram)
    let size = "\(number(geometry.width)) \(number(geometry.height))"
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(number(geometry.width))\" viewBox=\"0 0 \(size)\" role=\"img\">",
      "<title>\(escaped(title))</title>", Self.style,
      "<rect class=\"page\" width=\"100%\" height=\"100%\" rx=\"10\"/>",
    ]
    lines += geometry.arrows.map { "<path d=\"\(path($0))\"/>" }
    lines += zip(diagram.boxes, geometry.boxes).flatMap { element($0, $1) }
    svg = (lines + ["</svg>", ""]).joined(separator: "\n")
  }

  private static let style = """
    <style>
    text{font:600 12px Helvetica,Arial,sans-serif;text-anchor:middle;fill:#1f2933}
    .d{font-weight:400;font-size:11px;fill:#52606d}
    rect,circle{stroke:#7b8794;fill:#f5f7fa}
    path{fill:none;stroke:#52606d;stroke-width:1.3;marker-end:url(#a)}
    .page{fill:#fff;stroke:#e4e7eb}
    .terminal{stroke:none;fill:#e4e7eb}
    .convolution{fill:#dbeafe;stroke:#3b82f6}
    .depthwise{fill:#ccfbf1;stroke:#14b8a6}
    .linear{fill:#e0e7ff;stroke:#6366f1}
    .attention{fill:#f3e8ff;stroke:#a855f7}
    .pool{fill:#fef3c7;stroke:#f59e0b}
    .split,.concat{fill:#ffe4e6;stroke:#f43f5e}
    </style>
    <marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
    <polygon points="0,1 8,4 0,7" fill="#52606d"/></marker>
    """
}

private func element(_ box: BlockDiagram.Box, _ place: DiagramGeometry.Rectangle) -> [String] {
  let (x, y) = (place.x, place.y)
  func text(_ string: String, _ y: Double, _ style: String = "") -> String {
    "<text x=\"\(number(x))\" y=\"\(number(y))\"\(style)>\(escaped(string))</text>"
  }
  if box.style == .join {
    return [
      "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(place.width / 2))\"/>", text(box.title, y + 4),
    ]
  }
  let radius = box.style == .terminal ? place.height / 2 : 5
  let frame =
    "<rect class=\"\(box.style.rawValue)\" x=\"\(number(x - place.width / 2))\" y=\"\(number(y - place.height / 2))\" "
    + "width=\"\(number(place.width))\" height=\"\(number(place.height))\" rx=\"\(number(radius))\"/>"
  if box.style == .terminal { return [frame, text(box.title, y + 4, " class=\"d\"")] }
  if box.detail.isEmpty { return [frame, text(box.title, y + 4)] }
  return [frame, text(box.title, y - 3), text(box.detail, y + 12, " class=\"d\"")]
}

/// A line through the points with round corners.
private func path(_ points: [DiagramGeometry.Point]) -> String {
  func place(_ point: DiagramGeometry.Point) -> String { "\(number(point.x)) \(number(point.y))" }
  var text = "M" + place(points[0])
  for i in points.indices.dropFirst().dropLast() {
    text += "L" + place(towards(points[i - 1], from: points[i])) + "Q" + place(points[i])
    text += " " + place(towards(points[i + 1], from: points[i]))
  }
  return text + "L" + place(points[points.count - 1])
}

/// The point a corner's radius away from `point`, or half way where that is nearer.
private func towards(_ other: DiagramGeometry.Point, from point: DiagramGeometry.Point) -> DiagramGeometry.Point {
  let (dx, dy) = (other.x - point.x, other.y - point.y)
  let length = max(abs(dx), abs(dy))
  let share = length > 0 ? min(5, length / 2) / length : 0
  return (point.x + dx * share, point.y + dy * share)
}

/// A coordinate with one digit behind the point at most.
private func number(_ value: Double) -> String {
  let tenths = Int((value * 10).rounded())
  return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
}

private func escaped(_ text: String) -> String {
  var result = ""
  for character in text {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    default: result.append(character)
    }
  }
  return result
}
