import Swiftlet

/// What was measured on.
struct MachineSummary {
  var processor: String?
  var instructionSet: InstructionSet
  var threads: Int

  /// - Throws: `EngineError` when `SWIFTLET_ISA` asks for an instruction set that this machine lacks.
  init(threads: Int) throws {
    (processor, instructionSet, self.threads) = (Machine.processorName, try .preferred(), threads)
  }

  var text: String {
    "\(processor ?? "unknown processor"), \(Machine.processors) processors, \(instructionSet.rawValue), "
      + "\(threads) thread\(threads == 1 ? "" : "s")"
  }

  var json: JSON {
    [
      "processor": .optional(processor), "processors": .integer(Machine.processors),
      "instruction_set": .string(instructionSet.rawValue), "threads": .integer(threads),
    ]
  }
}
