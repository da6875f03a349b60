import Swiftlet

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The steps of a network below, and their transforms above, what the machine allows: operations a second over operations a byte.
/// Williams et al., Communications of the ACM 2009. An SVG element without colours or fonts: the page has them.
struct RooflineChart {
  let svg: String
  private static let (width, height) = (720.0, 460.0)

  /// - Parameter steps: those with multiply-adds; at least one.
  init(_ steps: [Profile.Step], of seconds: Double, _ peaks: MachinePeaks) {
    let speeds = steps.map(\.gigaflops)
    let intensities = steps.map(\.intensity)
    let ridges = peaks.levels.map { peaks.gigaflops / $0.bandwidth }
    let x = LogAxis(
      values: min(intensities.min()! / 2, ridges.min()! / 8)...max(intensities.max()! * 2, ridges.max()! * 4), from: 62,
      to: Self.width - 14)
    let y = LogAxis(
      values: min(speeds.min()! / 2, peaks.gigaflops / 30)...max(peaks.gigaflops, speeds.max()!) * 1.8,
      from: Self.height - 56, to: 12)
    var parts = Self.grid(x, y) + Self.roofs(peaks, x, y)
    // The long ones first, so that the short ones stay in sight.
    for step in steps.sorted(by: { $0.seconds > $1.seconds }) {
      parts.append(Self.point(step, of: seconds, x.position(step.intensity), y.position(step.gigaflops)))
    }
    svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(unit(Self.width)) \(unit(Self.height))" role="img" \
      aria-label="Roofline: GFLOP/s of each step over its operations a byte">
      \(parts.joined(separator: "\n"))
      </svg>
      """
  }

  private static func grid(_ x: LogAxis, _ y: LogAxis) -> [String] {
    var lines: [String] = []
    for tick in x.ticks {
      let at = x.position(tick.value)
      lines.append(line(at, y.from, at, y.to, tick.isDecade ? "grid" : "grid fine"))
      if tick.isDecade { lines.append(text(at, y.from + 24, label(tick.value), "middle")) }
    }
    for tick in y.ticks {
      let at = y.position(tick.value)
      lines.append(line(x.from, at, x.to, at, tick.isDecade ? "grid" : "grid fine"))
      if tick.isDecade { lines.append(text(x.from - 8, at + 5, label(tick.value), "end")) }
    }
    lines.append(text((x.from + x.to) / 2, height - 8, "operations a byte", "middle"))
    lines.append(text(x.from + 8, y.to + 20, "GFLOP/s", "start"))
    return lines
  }

  /// The slopes of all levels, and the level roof.
  private static func roofs(_ peaks: MachinePeaks, _ x: LogAxis, _ y: LogAxis) -> [String] {
    let top = y.position(peaks.gigaflops)
    let angle = atan2(y.decade, x.decade) * 180 / .pi
    var lines: [String] = []
    for (i, level) in peaks.levels.enumerated() {
      let start = max(x.values.lowerBound, y.values.lowerBound / level.bandwidth)
      let (x0, y0) = (x.position(start), y.position(start * level.bandwidth))
      let (x1, y1) = (x.position(peaks.gigaflops / level.bandwidth), top)
      lines.append(line(x0, y0, x1, y1, "roof"))
      // Labels lie along their lines, each further up than the one before.
      let share = 0.3 + 0.4 * Double(peaks.levels.count - 1 - i) / Double(max(1, peaks.levels.count - 1))
      let (px, py) = (x0 + share * (x1 - x0), y0 + share * (y1 - y0))
      let turn = " transform=\"rotate(\(unit(angle)) \(unit(px)) \(unit(py)))\""
      let title = "\(level.name) \(Format.significant(level.bandwidth)) GB/s"
      lines.append(text(px, py - 5, title, "middle", "name", turn))
    }
    let first = x.position(peaks.gigaflops / peaks.levels.map(\.bandwidth).max()!)
    lines.append(line(first, top, x.to, top, "roof"))
    lines.append(text(x.to - 4, top - 7, "\(Format.significant(peaks.gigaflops)) GFLOP/s", "end", "name"))
    return lines
  }

  /// A circle whose area is the share of the time.
  private static func point(_ step: Profile.Step, of seconds: Double, _ x: Double, _ y: Double) -> String {
    let share = step.seconds / seconds
    let title = """
      \(step.name): \(step.kernel)
      \(Format.significant(step.seconds * 1e6)) µs, \(Format.percent(share)) of the time
      \(Format.significant(step.gigaflops)) GFLOP/s, \(ProfileReport.percent(step.shareOfRoof)) of the roof
      """
    return """
      <circle class="\(KernelKind(step.kernel).style)" cx="\(unit(x))" cy="\(unit(y))" \
      r="\(unit(3 + 60 * (share / .pi).squareRoot()))"><title>\(escaped(title))</title></circle>
      """
  }

  private static func line(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ style: String) -> String {
    "<line class=\"\(style)\" x1=\"\(unit(x0))\" y1=\"\(unit(y0))\" x2=\"\(unit(x1))\" y2=\"\(unit(y1))\"/>"
  }

  private static func text(
    _ x: Double, _ y: Double, _ text: String, _ anchor: String, _ style: String = "axis", _ more: String = ""
  ) -> String {
    "<text class=\"\(style)\" x=\"\(unit(x))\" y=\"\(unit(y))\" text-anchor=\"\(anchor)\"\(more)>\(escaped(text))</text>"
  }

  /// A power of ten.
  private static func label(_ value: Double) -> String { Format.decimal(value, max(0, -Int(log10(value).rounded()))) }
}

/// A length of the picture with one digit behind the point.
private func unit(_ value: Double) -> String { Format.decimal(value, 1) }
