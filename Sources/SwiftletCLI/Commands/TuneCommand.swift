import ArgumentParser
import Swiftlet

struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune", abstract: "Measure which thresholds suit this machine, and keep them.",
    discussion: """
      A planner picks kernels by thresholds that are good on most machines. This measures other values beside them on single \
      layers, and takes one only when it is clearly faster: by more than 3 % in the fastest runs and in the median of all rounds, \
      and at all in three of four. What is taken is kept in SWIFTLET_CACHE, or where this system has caches, for this processor, \
      instruction set and version; every later run uses it.
      """)

  @Flag(help: "Forget what was measured, and measure nothing.")
  var reset = false
  @Option(help: "Rounds of each comparison, 1 to 1000.")
  var rounds = 11
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...1000).contains(rounds) else { throw ValidationError("--rounds is \(rounds); expected 1 to 1000") }
  }

  func run() throws {
    let machine = try MachineSummary(threads: 1)
    guard let folder = CacheFolder.standard else {
      throw EngineError("there is no folder to keep measurements in: SWIFTLET_CACHE is 'off', or the user has no home")
    }
    if reset {
      let wasThere = Tuning.forget(machine.instructionSet, in: folder)
      return try output.print(
        json: ["removed": .boolean(wasThere)],
        text: wasThere ? "the usual thresholds are in use again" : "nothing was kept: the usual thresholds are in use")
    }
    var progress: Progress?
    defer { progress?.clear() }
    let (tuning, trials) = try Tuner(rounds: rounds).run { title, count in
      progress = progress ?? Progress(count)
      progress?.next(title)
    }
    progress?.clear()
    let file = try tuning.keep(for: machine.instructionSet, in: folder)
    try output.print(
      json: [
        "machine": machine.json, "file": .string(file), "trials": .array(trials.map(Self.json)),
        "tuning": .object(zip(Tuning.fields, tuning.values).map { ($0.name, .integer($1)) }),
      ],
      text: """
        \(machine.text)

        \(Self.table(trials).text(width: Console.width))

        \(Self.changes(tuning, machine.instructionSet))
        kept in \(file)
        """)
  }

  private static func table(_ trials: [Tuner.Trial]) -> Table {
    var table = Table(
      .text("threshold"), .number("against"), .number("tried"), .number("layers", rank: 3), .number("time"),
      .number("median"), .number("least", rank: 1), .number("most", rank: 2), .text("taken"))
    for trial in trials {
      table.rows.append([
        trial.field, Format.grouped(trial.incumbent), Format.grouped(trial.value), String(trial.layers),
        Format.percent(trial.ratio), Format.percent(trial.median), Format.percent(trial.rounds.first!),
        Format.percent(trial.rounds.last!), trial.isTaken ? "yes" : "no",
      ])
    }
    return table
  }

  /// Which thresholds are others than the usual ones.
  private static func changes(_ tuning: Tuning, _ set: InstructionSet) -> String {
    let changed = zip(Tuning.fields, zip(tuning.values, Tuning(for: set).values)).filter { $1.0 != $1.1 }
    if changed.isEmpty { return "the usual thresholds are as good as any" }
    return changed.map { "\($0.name) is \(Format.grouped($1.0)) instead of \(Format.grouped($1.1))" }
      .joined(separator: "\n")
  }

  private static func json(_ trial: Tuner.Trial) -> JSON {
    [
      "threshold": .string(trial.field), "value": .integer(trial.value), "against": .integer(trial.incumbent),
      "layers": .integer(trial.layers), "time_ratio": .number(trial.ratio),
      "round_ratios": .array(trial.rounds.map(JSON.number)),
      "taken": .boolean(trial.isTaken),
    ]
  }
}
