import CPlatform
public import SwiftletGraph

/// A plan with its weights and memory: runs the network. Running allocates nothing.
///
/// One session runs one inference at a time; use a session a thread for more.
public final class Session {
  public let plan: Plan
  private let memory: Pages
  private let binder: Binder
  private let commands: UnsafeMutablePointer<Command>
  private let commandCount: Int
  private let pool: ThreadPool
  private let outputStarts: [UnsafeMutablePointer<Float>]
  /// The bytes of each step's inputs, outputs and packed constants, every one counted once.
  public let stepBytes: [Int]

  /// Packs the weights for the plan's kernels.
  /// - Throws: errors of the weights when one is missing or misshapen, `EngineError` when there is no memory.
  public init(_ plan: Plan, _ weights: Weights) throws {
    self.plan = plan
    func padded(_ count: Int) -> Int { (count + 31) / 32 * 32 }
    let inputCount = plan.inputShape.elementCount
    let total = plan.constants.reduce(padded(plan.arenaFloats) + padded(inputCount) + 64) { $0 + padded($1.count) }
    memory = try Pages(floats: total)
    var next = memory.start
    func take(_ count: Int) -> UnsafeMutablePointer<Float> {
      defer { next += padded(count) }
      return next
    }
    let constants = plan.constants.map { take($0.count) }
    let inputStart = take(inputCount)
    input = UnsafeMutableBufferPointer(start: inputStart, count: inputCount)
    let arena = take(plan.arenaFloats + 32)
    for (recipe, to) in zip(plan.constants, constants) {
      let values = try plan.graph.evaluate(recipe.sources) { try weights.array($0.name, $0.shape) }
      recipe.pack(values, to)
    }
    let binder = Binder(arena: arena, input: inputStart, constants: constants)
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

/// Zeroed memory from the system, given back at the end.
final class Pages {
  let start: UnsafeMutablePointer<Float>
  private let raw: UnsafeMutableRawPointer
  private let bytes: Int

  init(floats: Int) throws(EngineError) {
    bytes = floats * 4
    guard let p = platform_pages(bytes) else {
      throw EngineError("the system has no \(bytes >> 20) MiB of memory left")
    }
    raw = p
    start = p.bindMemory(to: Float.self, capacity: floats)
  }

  deinit { platform_free_pages(raw, bytes) }
}
