import ArgumentParser
import Swiftlet

struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "Show where the time of a network goes, step by step, and why.",
    discussion: """
      Random weights, the fastest of all runs for each step. GFLOP/s count two operations for each multiply-add of a direct \
      convolution. The roof of a step is what the machine allows at most: the longer one of its operations at the measured peak \
      and of its bytes (inputs, outputs, weights) at the measured bandwidth of the cache, or memory, that they fit in. Transforms \
      need fewer operations than a direct convolution, so that they can show more than the roof. Products in bfloat16 count as half \
      a one, as an instruction does two.
      """)

  @Argument(help: "Name of the model.")
  var model: String
  @Option(help: "Threads that compute each step together, 1 to 256.")
  var threads = 1
  @OptionGroup var precision: PrecisionOptions
  @Option(help: "Seconds to measure.")
  var seconds = 2.0
  @Option(help: "Write a page with the roofline to this file.")
  var html: String?
  @OptionGroup var output: OutputOptions

  func validate() throws {
    try checkThreads(threads)
    try checkSeconds(seconds)
  }

  func run() throws {
    let profile = try Profile(
      Model.named(model).graph(), threads: threads, precision: precision.value, seconds: seconds)
    let report = ProfileReport(model: model, profile: profile, machine: try MachineSummary(threads: threads))
    if let html {
      let page = Array(ProfilePage(report).html.utf8)
      try AtomicFile.write(to: html) { file throws(FormatError) in try file.write(page) }
    }
    try output.print(json: report.json, text: report.text(width: Console.width))
  }
}
