import ArgumentParser
import Swiftlet

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

@main enum Main {
  static func main() {
    signal(SIGPIPE, SIG_IGN)  // a pipe that is closed ends the program quietly, see Console.write
    Machine.keepFreedMemory()
    SwiftletCommand.main()
  }
}

struct SwiftletCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swiftlet", abstract: "Efficient vision networks: what they cost, how fast they run, what they see.",
    discussion: "Exit codes: 0 for success, 1 for input that cannot be used, 64 for wrong usage.",
    version: Release.version,
    subcommands: [
      DemoCommand.self, ModelsCommand.self, InspectCommand.self, ClassifyCommand.self, EmbedCommand.self,
      RunCommand.self, BenchCommand.self, ProfileCommand.self, ExplainCommand.self, TuneCommand.self, ZooCommand.self,
    ] + exports)

  #if ONNX
    private static let exports: [any ParsableCommand.Type] = [ExportCommand.self]
  #else
    private static let exports: [any ParsableCommand.Type] = []
  #endif
}
