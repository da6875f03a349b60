import ArgumentParser
import Swiftlet

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Measure a light network of each family on this machine, then compare photos by their embeddings.",
    discussion: """
      Published weights are not part of Swiftlet, so the demo works with random ones, the same at every run. Times do \
      not depend on that; what the photos have in common does.
      """)

  @Option(help: "A folder of photos.")
  var photos = "Examples/Photos"
  @Option(help: "About how many seconds to measure in all.")
  var seconds = 6.0
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var output: OutputOptions

  func validate() throws { try checkSeconds(seconds) }

  func run() throws {
    let machine = try MachineSummary(threads: threads.count)
    let photos = try Folder.photos(photos)
    let speed = try Speed(threads: threads.count, seconds: seconds)
    let likeness = try Likeness(photos, threads: threads.count)
    try output.print(
      json: [
        "machine": machine.json, "weights": "random", "peak": speed.peakJSON, "models": speed.json,
        "photos": likeness.json,
        "peak_memory_bytes": .integer(Machine.peakMemory),
      ],
      text: """
        \(machine.text)
        \(speed.peakText)

        One light network of each family, batch 1, random weights, sorted by latency:

        \(speed.table.text(width: Console.width))

        \(Format.wrapped(Likeness.caution, width: Console.width ?? 120, indent: 0))

        \(likeness.table.text(width: Console.width))

        peak memory of the process \(Format.mebibytes(Machine.peakMemory))
        """)
  }
}
