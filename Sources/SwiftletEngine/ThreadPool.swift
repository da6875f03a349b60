import CPlatform

/// Threads that run a plan together: each walks all its commands, with a barrier after each one.
///
/// Threads are woken once a run, spin while it lasts, and sleep when nothing comes for a while.
final class ThreadPool: @unchecked Sendable {
  let count: Int
  // One line of 128 bytes each: the epoch of every thread at the barrier, then the run's number, sleepers, leavers.
  private let lines: UnsafeMutablePointer<UInt32>
  private let commands: UnsafePointer<Command>
  private let commandCount: Int
  private var runs = 0
  /// Seconds of a run, lately: by one thread alone, by all together.
  private var alone = 0.0
  private var together = 0.0
  /// When all threads are next tried together, after they were slower than one.
  private var soloUntil = 0.0
  private var soloSeconds = shortestSolo
  private static let lineFloats = 32
  /// How long an idle thread spins before it sleeps.
  private static let spinSeconds = 200e-6
  /// How long runs do without the other threads then: longer each time it happens again.
  private static let shortestSolo = 0.01
  private static let longestSolo = 1.28

  private var start: UnsafeMutablePointer<UInt32> { lines + count * Self.lineFloats }
  private var sleepers: UnsafeMutablePointer<UInt32> { lines + (count + 1) * Self.lineFloats }
  private var stopping: UnsafeMutablePointer<UInt32> { lines + (count + 2) * Self.lineFloats }
  private var living: UnsafeMutablePointer<UInt32> { lines + (count + 3) * Self.lineFloats }

  init(_ count: Int, _ commands: UnsafePointer<Command>, _ commandCount: Int) {
    (self.commands, self.commandCount) = (commands, commandCount)
    var started = 1
    let size = (count + 4) * Self.lineFloats
    lines = UnsafeMutableRawPointer.allocate(byteCount: size * 4, alignment: 128).bindMemory(
      to: UInt32.self, capacity: size)
    lines.initialize(repeating: 0, count: size)
    self.count = count
    while started < count {
      let worker = Unmanaged.passRetained(Worker(self, started))
      platform_add(living, 1)
      let failed = platform_start_thread(
        { raw in Unmanaged<Worker>.fromOpaque(raw!).takeRetainedValue().work() }, worker.toOpaque())
      // The barrier counts on every thread, so this is the one failure that must be fatal.
      precondition(failed == 0, "the system gave no thread")
      started += 1
    }
  }

  /// Ends all threads and waits until they are gone.
  func stop() {
    platform_store(stopping, 1)
    platform_store(start, platform_load(start) &+ 1)
    platform_wake_all(start)
    while platform_load(living) != 0 { platform_yield() }
  }

  deinit { lines.deallocate() }

  /// Runs all commands, the caller being the first thread.
  ///
  /// A core that another program keeps busy would make every barrier wait for it: where the threads together are no faster than
  /// one alone, the caller runs alone for a while. The answer is the same.
  func run() {
    let state = platform_flush_denormals()
    if count == 1 {
      walk(0, 1)
    } else {
      let began = platform_seconds()
      if began < soloUntil || runs == 1 { runAlone(began) } else { runTogether(began) }
      runs += 1
    }
    platform_restore_denormals(state)
  }

  /// The second run of all is one of these, so that there is something to compare with.
  private func runAlone(_ began: Double) {
    walk(0, 1)
    let seconds = platform_seconds() - began
    alone = runs == 1 ? seconds : 0.75 * alone + 0.25 * seconds
    if runs == 1 { together = 0.75 * alone }
  }

  /// One slow run says little: it counts as two runs of one thread at most, and only a few in a row outweigh the others.
  private func runTogether(_ began: Double) {
    beginRun()
    walk(0, count)
    if runs == 0 { return }
    let now = platform_seconds()
    let seconds = min(now - began, 2 * alone)
    together = 0.75 * together + 0.25 * seconds
    if together > alone {
      soloUntil = now + soloSeconds
      soloSeconds = min(2 * soloSeconds, Self.longestSolo)
      together = 0.75 * alone
    } else if seconds < alone {
      soloSeconds = max(soloSeconds / 2, Self.shortestSolo)
    }
  }

  /// The other threads start walking.
  private func beginRun() {
    platform_store(start, platform_load(start) &+ 1)
    if platform_load(sleepers) != 0 { platform_wake_all(start) }
  }

  /// Runs all commands on all threads, however busy cores are, and returns the seconds that each took, its barrier included.
  func runTimed() -> [Double] {
    let state = platform_flush_denormals()
    defer { platform_restore_denormals(state) }
    var seconds: [Double] = []
    seconds.reserveCapacity(commandCount)
    var last = platform_seconds()
    if count > 1 { beginRun() }
    for i in 0..<commandCount {
      commands[i].function(commands[i].arguments, 0, count)
      if count > 1 { barrier(0) }
      let now = platform_seconds()
      seconds.append(now - last)
      last = now
    }
    return seconds
  }

  @inline(__always)
  fileprivate func walk(_ thread: Int, _ threads: Int) {
    for i in 0..<commandCount {
      commands[i].function(commands[i].arguments, thread, threads)
      if threads > 1 { barrier(thread) }
    }
  }

  /// Waits until all threads are here.
  private func barrier(_ thread: Int) {
    let mine = lines + thread * Self.lineFloats
    let epoch = mine.pointee &+ 1
    platform_store_release(mine, epoch)
    for other in 0..<count where other != thread {
      var spins = 0
      while Int32(bitPattern: platform_load_acquire(lines + other * Self.lineFloats) &- epoch) < 0 {
        spins += 1
        if spins > 64 { platform_relax() }
        // The other thread may be waiting for this very core.
        if spins > 4096 && spins & 1023 == 0 { platform_yield() }
      }
    }
  }

  /// Waits for a run after number `seen`; the new number, or `nil` when the pool ends.
  fileprivate func next(after seen: UInt32) -> UInt32? {
    let began = platform_seconds()
    while platform_load_acquire(start) == seen {
      for _ in 0..<64 where platform_load_acquire(start) == seen { platform_relax() }
      if platform_load_acquire(start) == seen, platform_seconds() - began > Self.spinSeconds {
        platform_add(sleepers, 1)
        platform_wait(start, seen)
        platform_add(sleepers, UInt32.max)
      }
    }
    return platform_load(stopping) == 0 ? platform_load_acquire(start) : nil
  }

  fileprivate func left() { platform_add(living, UInt32.max) }
}

/// A thread of a pool. It does not keep the pool alive: the pool's owner stops it first.
private final class Worker {
  private unowned(unsafe) let pool: ThreadPool
  private let number: Int

  init(_ pool: ThreadPool, _ number: Int) { (self.pool, self.number) = (pool, number) }

  func work() {
    _ = platform_flush_denormals()
    var seen: UInt32 = 0
    while let next = pool.next(after: seen) {
      seen = next
      pool.walk(number, pool.count)
    }
    pool.left()
  }
}
