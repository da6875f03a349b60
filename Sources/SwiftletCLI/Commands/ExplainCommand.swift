import ArgumentParser
import Swiftlet

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show how a network becomes a plan: the graph after every pass that changed it, then the steps.")

  @Argument(help: "The name of a model; 'swiftlet models' lists them.")
  var model: String
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let explanation = try Explanation(Model.named(model).graph(), threads: threads.count)
    try output.print(json: json(explanation), text: text(explanation))
  }

  private func text(_ explanation: Explanation) -> String {
    let graphs = explanation.graphs.map { pass, graph in
      "# \(pass.map { "after: \($0)" } ?? "as written")\n\n\(graph)\n\n"
    }
    let plan = explanation.plan
    var table = Table(
      .number("step"), .text("kernel"), .number("multiply-adds", rank: 1), .text("layer"), .text("why", rank: 2))
    for (i, step) in plan.stepTitles.enumerated() {
      table.rows.append([String(i), step.kernel, Format.grouped(step.multiplyAdds), step.name, step.reason])
    }
    return graphs.joined() + """
      # plan: \(plan.instructionSet.rawValue), \(plan.threads) threads, \(plan.stepTitles.count) steps, \
      \(Format.mebibytes(plan.constantBytes)) of weights, \(Format.mebibytes(plan.arenaBytes)) of activations

      \(table.text(width: Console.width))
      """
  }

  private func json(_ explanation: Explanation) -> JSON {
    let plan = explanation.plan
    return [
      "graphs": .array(
        explanation.graphs.map { pass, graph in
          let lines = graph.description.split(separator: "\n").map { JSON.string(String($0)) }
          return ["pass": .optional(pass), "nodes": .array(lines)]
        }),
      "instruction_set": .string(plan.instructionSet.rawValue), "threads": .integer(plan.threads),
      "weight_bytes": .integer(plan.constantBytes), "activation_bytes": .integer(plan.arenaBytes),
      "steps": .array(
        plan.stepTitles.map {
          [
            "name": .string($0.name), "kernel": .string($0.kernel), "multiply_adds": .integer($0.multiplyAdds),
            "reason": .string($0.reason),
          ]
        }),
    ]
  }
}
