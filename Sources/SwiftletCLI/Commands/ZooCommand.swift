import ArgumentParser
import Swiftlet

/// For `make zoo`: the documentation of the networks.
struct ZooCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zoo", abstract: "Write zoo.md and the pictures of the blocks.", shouldDisplay: false)

  @Option(help: "The folder to write into; pictures go to its folder 'zoo'.")
  var output: String

  func run() throws {
    let page = try ZooPage()
    try Folder.create("\(output)/zoo")
    try write("zoo.md", page.markdown)
    for section in page.sections { try write("zoo/\(section.slug).svg", section.picture.svg) }
  }

  private func write(_ name: String, _ text: String) throws {
    try AtomicFile.write(to: "\(output)/\(name)") { file throws(FormatError) in try file.write(Array(text.utf8)) }
  }
}
