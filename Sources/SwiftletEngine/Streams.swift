import CPlatform
public import SwiftletGraph

/// Sessions side by side, for throughput instead of latency: each has memory and a thread of its own, all share the packed weights.
///
/// One thread an image loses no time at barriers, so that N streams answer more images a second than N threads on one image.
public final class Streams {
  public let sessions: [Session]

  /// - Parameters:
  ///   - plan: for one thread.
  ///   - count: how many, at least one.
  /// - Throws: errors of the weights when one is missing or misshapen; `EngineError` when the plan is for several threads or
  ///   there is no memory.
  public init(_ plan: Plan, _ weights: Weights, count: Int, cache: (any PackedCache)? = nil) throws {
    guard plan.threads == 1 else { throw EngineError("a stream has one thread; the plan is for \(plan.threads)") }
    let first = try Session(plan, weights, cache: cache)
    sessions = try [first] + (1..<max(1, count)).map { _ in try Session(sharing: first) }
  }

  /// Runs the network on every array; each stream takes the next one when it is free.
  /// - Returns: the outputs for each array, in the order of the arrays.
  /// - Throws: `EngineError` when an array has another shape than the plan's input.
  public func run(_ arrays: [NDArray]) throws -> [[NDArray]] {
    let shape = sessions[0].plan.inputShape
    for array in arrays where array.shape != shape {
      throw EngineError("an input is \(array.shape), the network was planned for \(shape)")
    }
    let answers = UnsafeMutablePointer<[NDArray]>.allocate(capacity: arrays.count)
    answers.initialize(repeating: [], count: arrays.count)
    defer { answers.deinitialize(count: arrays.count).deallocate() }
    // The shapes were checked: nothing throws.
    deal(arrays.count) { session, i in answers[i] = (try? session.run(arrays[i])) ?? [] }
    return Array(UnsafeBufferPointer(start: answers, count: arrays.count))
  }

  /// Runs a plan for one image on the images of a batch.
  ///
  /// One image after the other keeps what a network computes in the caches, where a whole batch of it would go to memory and back.
  /// - Parameter batch: `[images, channels, height, width]`, or what else the plan takes with another first extent.
  /// - Returns: each output for all images.
  /// - Throws: `EngineError` when an image has another shape than the plan's input, or the plan is not for one image.
  public func run(batch: NDArray) throws -> [NDArray] {
    let plan = sessions[0].plan
    guard plan.inputShape.first == 1 else {
      throw EngineError("the plan is for inputs \(plan.inputShape); a batch is run image by image, expected 1 image")
    }
    let size = plan.inputShape.elementCount
    guard let count = batch.shape.first, batch.shape.dropFirst().elementsEqual(plan.inputShape.dropFirst()) else {
      throw EngineError("the batch is \(batch.shape), the network was planned for \(plan.inputShape)")
    }
    let answers = try run(
      (0..<count).map { NDArray(plan.inputShape, Array(batch.scalars[$0 * size..<($0 + 1) * size])) })
    return plan.outputShapes.enumerated().map { i, shape in
      NDArray(Shape([count * shape[0]] + shape.dropFirst()), answers.flatMap { $0[i].scalars })
    }
  }

  /// Calls `body` with each number below `count` and the session that is free for it.
  public func deal(_ count: Int, _ body: @escaping (Session, Int) -> Void) {
    let taken = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    taken.initialize(to: 0)
    defer { taken.deallocate() }
    forEach { session in
      while true {
        let i = Int(platform_add(taken, 1)) - 1
        if i >= count { return }
        body(session, i)
      }
    }
  }

  /// Calls `body` for every session, on a thread for each; returns when all are done.
  public func forEach(_ body: @escaping (Session) -> Void) {
    let crowd = Crowd(sessions, body)
    for _ in 1..<sessions.count { crowd.start() }
    body(sessions[0])
    crowd.wait()
  }
}

/// Threads that each serve one session.
private final class Crowd: @unchecked Sendable {
  private let sessions: [Session]
  private let body: (Session) -> Void
  private let counts = UnsafeMutablePointer<UInt32>.allocate(capacity: 2)
  private var started: UnsafeMutablePointer<UInt32> { counts }
  private var living: UnsafeMutablePointer<UInt32> { counts + 1 }

  init(_ sessions: [Session], _ body: @escaping (Session) -> Void) {
    (self.sessions, self.body) = (sessions, body)
    counts.initialize(repeating: 0, count: 2)
  }

  deinit { counts.deallocate() }

  /// Starts the thread of the next session; where the system gives none, the caller serves it.
  func start() {
    platform_add(living, 1)
    let context = Unmanaged.passRetained(self).toOpaque()
    let failed = platform_start_thread({ Unmanaged<Crowd>.fromOpaque($0!).takeRetainedValue().work() }, context)
    if failed != 0 { Unmanaged<Crowd>.fromOpaque(context).takeRetainedValue().work() }
  }

  private func work() {
    body(sessions[Int(platform_add(started, 1))])
    if platform_add(living, UInt32.max) == 0 { platform_wake_all(living) }
  }

  func wait() {
    while true {
      let left = platform_load(living)
      if left == 0 { return }
      platform_wait(living, left)
    }
  }
}
