import ArgumentParser
import Swiftlet

struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "Show where the time of a network goes, step by step.",
    discussion: """
      One thread, random weights, the fastest of all runs for each step. GFLOP/s count two operations for each multiply-add of a \
      direct convolution, so that transforms can show more than the machine's peak.
      """)

  @Argument(help: "Name of the model.")
  var model: String
  @Option(help: "Seconds to measure.")
  var seconds = 2.0
  @OptionGroup var output: OutputOptions

  func validate() throws { try checkSeconds(seconds) }

  func run() throws {
    let profile = try Profile(Model.named(model).graph(), seconds: seconds)
    let machine = try MachineSummary(threads: 1)
    try output.print(
      json: [
        "machine": machine.json, "model": .string(model), "runs": .integer(profile.runs),
        "seconds": .number(profile.seconds), "steps": .array(profile.steps.map(Self.json)),
      ],
      text: """
        \(machine.text)
        \(model), \(profile.runs) runs, \(Format.milliseconds(profile.seconds)) in all

        \(Self.table(profile).text(width: Console.width))
        """)
  }

  private static func table(_ profile: Profile) -> Table {
    var table = Table(
      .number("µs"), .number("share", rank: 1), .number("GFLOP/s"), .text("kernel"), .text("step", rank: 2))
    for step in profile.steps {
      table.rows.append([
        Format.significant(step.seconds * 1e6), Format.significant(100 * step.seconds / profile.seconds) + " %",
        step.multiplyAdds == 0 ? "" : Format.significant(step.gigaflops), step.kernel, step.name,
      ])
    }
    return table
  }

  private static func json(_ step: Profile.Step) -> JSON {
    [
      "step": .string(step.name), "kernel": .string(step.kernel), "multiply_adds": .integer(step.multiplyAdds),
      "seconds": .number(step.seconds),
    ]
  }
}
