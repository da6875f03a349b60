import ArgumentParser
import Swiftlet

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast networks run.",
    discussion: """
      Weights are random and scaled so that activations keep their size. Before anything is timed, the answer is \
      checked: it must be finite, not denormal and not all zero. Latency is that of a whole batch; images a second and \
      GFLOP/s (two operations a multiply-add) are by the median.
      """)

  @Argument(help: "Names of models, or patterns with *.")
  var models: [String]
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var precision: PrecisionOptions
  @Option(help: "Runs side by side, each on one thread, for throughput: weights are shared, latency is that of each.")
  var streams = 1
  @Option(help: "Images of a run, shared among the threads.")
  var batch = 1
  @Option(help: "Seconds to measure each model.")
  var seconds = 2.0
  @Flag(
    help: """
      Measure one model again and again: for every line with a number of seconds on standard input, a line with the least and \
      the median seconds and the number of runs.
      """)
  var serve = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !serve || models.count == 1 else {
      throw ValidationError("--serve measures one model; found \(models.count)")
    }
    guard (1...256).contains(streams) else {
      throw ValidationError("--streams is \(streams); expected 1 to 256")
    }
    guard (1...65_536).contains(batch) else { throw ValidationError("--batch is \(batch); expected 1 to 65536") }
    guard streams == 1 || batch == 1 else {
      throw ValidationError("--streams \(streams) runs images one by one; --batch is \(batch), expected 1")
    }
    try checkSeconds(seconds)
  }

  func run() throws {
    if serve { return try answer() }
    let found = try models.flatMap { $0.contains("*") ? try Model.matching($0) : [try Model.named($0)] }
    var progress = Progress(found.count)
    defer { progress.clear() }
    var results: [(name: String, benchmark: Benchmark)] = []
    for model in found {
      progress.next(model.name)
      let graph = try model.graph()
      results.append(
        (
          model.name,
          try Benchmark(
            graph, batch: batch, threads: threads.count, streams: streams, precision: precision.value, seconds: seconds)
        ))
    }
    progress.clear()
    let machine = try MachineSummary(threads: streams > 1 ? streams : threads.count)
    try output.print(
      json: [
        "machine": machine.json, "results": .array(results.map { Self.json($0.name, $0.benchmark) }),
        "peak_memory_bytes": .integer(Machine.peakMemory),
      ],
      text: """
        \(machine.text)
        random weights; every answer finite and free of denormals

        \(Self.table(results).text(width: Console.width))

        peak memory of the process \(Format.mebibytes(Machine.peakMemory))
        """)
  }

  private func answer() throws {
    let stopwatch = try Stopwatch(
      Model.named(models[0]).graph(), batch: batch, threads: threads.count, streams: streams,
      precision: precision.value)
    while let line = readLine() {
      guard let seconds = Double(line) else { throw ValidationError("'\(line)' is no number of seconds") }
      try checkSeconds(seconds)
      let result = stopwatch.measure(seconds: seconds)
      try Console.write("\(result.minimum) \(result.median) \(result.times.count)")
    }
  }

  private static func table(_ results: [(name: String, benchmark: Benchmark)]) -> Table {
    var table = Table(
      .text("model"), .number("batch", rank: 2), .number("minimum"), .number("median"), .number("images/s"),
      .number("GFLOP/s"), .number("memory", rank: 1), .number("runs", rank: 3))
    for (name, result) in results {
      table.rows.append([
        name, String(result.batch), Format.milliseconds(result.minimum), Format.milliseconds(result.median),
        Format.significant(result.throughput), Format.significant(result.gigaflops),
        Format.mebibytes(result.plannedBytes), String(result.times.count),
      ])
    }
    return table
  }

  private static func json(_ name: String, _ result: Benchmark) -> JSON {
    [
      "model": .string(name), "threads": .integer(result.threads), "streams": .integer(result.streams),
      "batch": .integer(result.batch),
      "runs": .integer(result.times.count), "minimum_seconds": .number(result.minimum),
      "median_seconds": .number(result.median), "images_per_second": .number(result.throughput),
      "gigaflops": .number(result.gigaflops), "multiply_adds": .integer(result.multiplyAdds),
      "planned_bytes": .integer(result.plannedBytes),
    ]
  }
}
