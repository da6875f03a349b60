import Swiftlet

/// Part one of the demo: how fast networks run on this machine.
struct Speed {
  /// One of each family whose networks run in a few dozen milliseconds on one core.
  static let models = [
    "squeezenet1_1", "googlenet", "resnet18", "densenet121", "mobilenetv1_100", "mobilenetv2_100", "shufflenet_v2_x1_0",
    "mnasnet_100", "fbnetc_100", "mobilenetv3_large_100", "ese_vovnet19b_dw", "efficientnet_b0", "efficientnet_lite0",
    "ghostnet_100", "tinynet_a", "efficientnetv2_rw_t", "mobilevit_s",
  ]

  struct Row {
    var model: String
    var parameters: Int
    var multiplyAdds: Int
    var one: Benchmark
    var all: Benchmark
  }

  /// Sorted by latency on one thread.
  private(set) var rows: [Row] = []
  let threads: Int
  /// GFLOP/s of multiply-adds on registers alone, on one thread and on all.
  let peak: (one: Double, all: Double)

  /// - Parameter seconds: for all measurements together.
  init(threads: Int, seconds: Double) throws {
    self.threads = threads
    let share = seconds / Double(2 * Self.models.count)
    var progress = Progress(Self.models.count + 1)
    defer { progress.clear() }
    progress.next("the peak of this machine")
    peak = (try MachinePeaks.gigaflops(), try MachinePeaks.gigaflops(threads: threads))
    for name in Self.models {
      progress.next(name)
      let graph = try Model.named(name).graph()
      rows.append(
        Row(
          model: name, parameters: graph.parameterCount, multiplyAdds: graph.multiplyAdds,
          one: try Benchmark(graph, threads: 1, seconds: share),
          all: try Benchmark(graph, threads: threads, seconds: share)))
    }
    rows.sort { $0.one.median < $1.one.median }
  }

  /// The share of the peak that one thread reaches.
  private func share(_ row: Row) -> Double { row.one.gigaflops / peak.one }

  var peakText: String {
    "measured peak of multiply-adds: \(Format.significant(peak.one)) GFLOP/s on 1 thread, "
      + "\(Format.significant(peak.all)) on \(threads)"
  }

  var peakJSON: JSON { ["one_thread_gigaflops": .number(peak.one), "all_threads_gigaflops": .number(peak.all)] }

  var table: Table {
    var table = Table(
      .text("model"), .number("parameters", rank: 2), .number("mult-adds", rank: 1), .number("1 thread"),
      .number("\(threads) threads"), .number("images/s"), .number("GFLOP/s", rank: 3), .number("of peak"))
    for row in rows {
      table.rows.append([
        row.model, Format.millions(row.parameters), Format.millions(row.multiplyAdds),
        Format.milliseconds(row.one.median), Format.milliseconds(row.all.median),
        Format.significant(row.all.throughput), Format.significant(row.one.gigaflops),
        Format.decimal(100 * share(row), 0) + " %",
      ])
    }
    return table
  }

  var json: JSON {
    .array(
      rows.map { row in
        [
          "model": .string(row.model), "parameters": .integer(row.parameters),
          "multiply_adds": .integer(row.multiplyAdds), "one_thread_seconds": .number(row.one.median),
          "all_threads_seconds": .number(row.all.median), "images_per_second": .number(row.all.throughput),
          "one_thread_gigaflops": .number(row.one.gigaflops), "share_of_peak": .number(share(row)),
        ]
      })
  }
}
