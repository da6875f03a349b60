import Swiftlet

/// A profile in words and numbers.
struct ProfileReport {
  var model: String
  var profile: Profile
  var machine: MachineSummary

  var title: String { "\(model), \(profile.runs) runs, \(Format.milliseconds(profile.seconds)) in all" }

  func share(_ step: Profile.Step) -> Double { step.seconds / profile.seconds }

  func text(width: Int?) -> String {
    var table = Table(
      .number("µs"), .number("share", rank: 2), .number("GFLOP/s"), .number("bytes", rank: 3), .text("in", rank: 3),
      .number("of roof"), .text("kernel"), .text("step", rank: 1), .text("why", rank: 4))
    for step in profile.steps {
      table.rows.append([
        Format.significant(step.seconds * 1e6), Format.percent(share(step)), Self.gigaflops(step),
        Format.bytes(step.bytes), step.level, Self.percent(step.shareOfRoof), step.kernel, step.name, step.reason,
      ])
    }
    return """
      \(machine.text)
      \(Format.wrapped(profile.peaks.text, width: width, indent: 0))
      \(title)

      \(table.text(width: width))
      """
  }

  static func gigaflops(_ step: Profile.Step) -> String {
    step.multiplyAdds == 0 ? "" : Format.significant(step.gigaflops)
  }

  static func percent(_ share: Double) -> String { Format.decimal(share * 100, 0) + " %" }

  var json: JSON {
    [
      "machine": machine.json, "peaks": profile.peaks.json, "model": .string(model), "runs": .integer(profile.runs),
      "seconds": .number(profile.seconds), "steps": .array(profile.steps.map(Self.json)),
    ]
  }

  private static func json(_ step: Profile.Step) -> JSON {
    [
      "step": .string(step.name), "kernel": .string(step.kernel), "reason": .string(step.reason),
      "multiply_adds": .integer(step.multiplyAdds), "bytes": .integer(step.bytes), "level": .string(step.level),
      "seconds": .number(step.seconds), "gigaflops": .number(step.gigaflops), "intensity": .number(step.intensity),
      "share_of_roof": .number(step.shareOfRoof),
    ]
  }
}

extension MachinePeaks {
  var text: String {
    "peaks: \(Format.significant(gigaflops)) GFLOP/s; reads "
      + levels.map { "\($0.name) \(Format.significant($0.bandwidth))" }.joined(separator: ", ") + " GB/s"
  }

  var json: JSON {
    [
      "gigaflops": .number(gigaflops),
      "levels": .array(
        levels.map { level in
          [
            "name": .string(level.name), "bytes": level.bytes == .max ? .null : .integer(level.bytes),
            "gigabytes_per_second": .number(level.bandwidth),
          ]
        }),
    ]
  }
}
