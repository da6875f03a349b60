import CPlatform
public import SwiftletGraph

/// A plan with its weights and memory: runs the network. Running allocates nothing.
///
/// One session runs one inference at a time; use a session a thread for more.
public final class Session {
  public let plan: Plan
  private let memory: Pages
  private let constants: PackedConstants
  private let binder: Binder
  private let commands: UnsafeMutablePointer<Command>
  private let commandCount: Int
  private let pool: ThreadPool
  private let outputStarts: [UnsafeMutablePointer<Float>]
  /// The bytes of each step's inputs, outputs and packed constants, every one counted once.
  public let stepBytes: [Int]

  /// Packs the weights for the plan's kernels, or finds them packed in `cache`.
  /// - Throws: errors of the weights when one is missing or misshapen, `EngineError` when there is no memory.
  public convenience init(_ plan: Plan, _ weights: Weights, cache: (any PackedCache)? = nil) throws {
    try self.init(plan, PackedConstants(plan, weights, cache))
  }

  /// Another session of the same plan, with memory and threads of its own. Packed weights are shared.
  /// - Throws: `EngineError` when there is no memory.
  public convenience init(sharing other: Session) throws { try self.init(other.plan, other.constants) }

  private init(_ plan: Plan, _ constants: PackedConstants) throws {
    (self.plan, self.constants) = (plan, constants)
    let inputCount = plan.inputShape.elementCount
    memory = try Pages(floats: paddedToLines(inputCount) + plan.arenaFloats + 32)
    input = UnsafeMutableBufferPointer(start: memory.start, count: inputCount)
    let arena = memory.start + paddedToLines(inputCount)
    let binder = Binder(arena: arena, input: memory.start, constants: constants.starts)
    var stepBytes: [Int] = []
    let bound = zip(plan.steps, plan.fetches).map { step, fetches in
      binder.fetches = fetches
      let command = binder.command(of: step)
      stepBytes.append(step.bytes + binder.boundConstants.reduce(0) { $0 + 4 * plan.constants[$1].count })
      return command
    }
    self.stepBytes = stepBytes
    self.binder = binder
    commands = .allocate(capacity: max(1, bound.count))
    commands.initialize(from: bound, count: bound.count)
    commandCount = bound.count
    outputStarts = plan.outputs.map { binder.pointer($0) }
    pool = ThreadPool(plan.threads, commands, commandCount)
  }

  deinit {
    pool.stop()
    commands.deallocate()
  }

  /// The input's values in row-major order, to be filled before `run`.
  public let input: UnsafeMutableBufferPointer<Float>

  /// The values of output `i` in row-major order, valid until the next run.
  public func output(_ i: Int = 0) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: outputStarts[i], count: plan.outputShapes[i].elementCount)
  }

  /// Runs the network on what `input` holds.
  public func run() { pool.run() }

  /// Runs the network on an array.
  /// - Throws: `EngineError` when the array has another shape than the plan's input.
  public func run(_ array: NDArray) throws -> [NDArray] {
    guard array.shape == plan.inputShape else {
      throw EngineError("the input is \(array.shape), the network was planned for \(plan.inputShape)")
    }
    _ = input.update(fromContentsOf: array.scalars)
    run()
    return plan.outputShapes.indices.map { NDArray(plan.outputShapes[$0], Array(output($0))) }
  }

  /// Runs once on all threads and returns the seconds of each step.
  public func runTimed() -> [Double] { pool.runTimed() }
}
