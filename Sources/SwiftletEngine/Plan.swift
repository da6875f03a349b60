public import SwiftletGraph
import SwiftletKernels

/// A step's code: its arguments, this thread, all threads.
typealias StepFunction = @convention(c) (UnsafeRawPointer, Int, Int) -> Void

/// A step with every pointer resolved.
struct Command {
  var function: StepFunction
  var arguments: UnsafeRawPointer
}

/// One step of a plan. All threads run it together; the next one starts when all are done.
struct Step: Sendable {
  var title: StepTitle
  /// Of what the step reads and writes, constants and scratch left out.
  var bytes: Int
  /// Lines of weights that can be fetched for later steps while this one computes.
  var idleLines: Int
  /// The constant of which each value is used once.
  var streamed: Int?
  var bind: @Sendable (Binder) -> Command
}

/// What a step does, for people.
public struct StepTitle: Hashable, Sendable {
  /// Where the network wrote what is computed; empty for copies and conversions.
  public var name: String
  public var kernel: String
  public var multiplyAdds: Int
  /// Whether these are of bfloat16, of which an instruction does twice as many.
  public var isBFloat16: Bool
  /// Why it is this kernel: the facts that the planner decided on; empty where an operator has but one.
  public var reason: String
}

/// Constants that a session packs once: computed from graph nodes, written by `pack` into `count` floats.
struct ConstantRecipe: Sendable {
  var sources: [Graph.ID]
  var count: Int
  var pack: @Sendable (_ values: [NDArray], _ to: UnsafeMutablePointer<Float>) -> Void
}

/// A graph made ready to run: steps, their memory, and how constants are packed. A value; weights come with a session.
public struct Plan: Sendable {
  /// The graph after all passes.
  public let graph: Graph
  public let instructionSet: InstructionSet
  public let precision: Precision
  public let tuning: Tuning
  public let threads: Int
  let steps: [Step]
  let constants: [ConstantRecipe]
  /// What each step fetches for later ones.
  let fetches: [[Fetch]]
  let arenaFloats: Int
  let outputs: [Region]
  public let inputShape: Shape
  public let outputShapes: [Shape]

  /// - Parameters:
  ///   - graph: as a network wrote it.
  ///   - passes: what it goes through first.
  ///   - instructionSet: the preferred one where `nil`.
  ///   - tuning: where kernels begin to be worth it; what is good on most machines where `nil`.
  /// - Throws: `EngineError` for an instruction set that this machine lacks; `GraphError` when a pass fails.
  public init(
    _ graph: Graph, passes: [Pass] = inferencePasses, instructionSet: InstructionSet? = nil,
    precision: Precision = .exact, tuning: Tuning? = nil, threads: Int = 1
  ) throws {
    var graph = graph
    for pass in passes { graph = try pass.apply(graph) }
    let set = try instructionSet ?? InstructionSet.preferred()
    let tuning = tuning ?? Tuning(for: set)
    let kernels = tuning.sharesVectors == 1 ? set.kernels : set.kernels.apart
    var planner = Planner(graph, kernels, precision, tuning, threads: max(1, threads))
    planner.lowerAll()
    self.graph = graph
    inputShape = graph[graph.inputs[0]].shape
    outputShapes = graph.outputs.map { graph[$0].shape }
    self.instructionSet = set
    (self.precision, self.tuning) = (precision, tuning)
    self.threads = max(1, threads)
    (steps, constants, arenaFloats, outputs) = planner.finish()
    fetches = SwiftletEngine.fetches(for: steps, constants, atMost: tuning.fetchedFloats)
  }

  /// Bytes for all values that are not weights.
  public var arenaBytes: Int { arenaFloats * 4 }
  /// Bytes of packed weights.
  public var constantBytes: Int { constants.reduce(0) { $0 + ($1.count + 15) / 16 * 64 } }

  /// What each step does.
  public var stepTitles: [StepTitle] { steps.map(\.title) }
}
