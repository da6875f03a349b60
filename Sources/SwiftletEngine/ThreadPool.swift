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
  /// Seconds that one thread alone takes.
  private var alone = Double.infinity
  /// When a run is next tried with all threads, after one of them had to be waited for.
  private var soloUntil = 0.0
  private var soloSeconds = shortestSolo
  private static let lineFloats = 32
  /// How long an idle thread spins before it sleeps.
  private static let spinSeconds = 200e-6
  /// A thread that is this late at a barrier has lost its core to another program.
  private static let lateSeconds = 400e-6
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
      _ = walk(0, 1)
    } else {
      let began = platform_seconds()
      if began < soloUntil || runs == 1 { runAlone(began) } else { runTogether(began) }
      runs += 1
    }
    platform_restore_denormals(state)
  }

  /// The second run of all is one of these, so that there is something to compare with.
  private func runAlone(_ began: Double) {
    _ = walk(0, 1)
    let seconds = platform_seconds() - began
    alone = min(seconds, alone * 1.05)  // forgets: the machine may have become slower for good
  }

  private func runTogether(_ began: Double) {
    platform_store(start, platform_load(start) &+ 1)
    if platform_load(sleepers) != 0 { platform_wake_all(start) }
    let wasLate = walk(0, count)
    let now = platform_seconds()
    if wasLate || now - began > alone {
      soloUntil = now + soloSeconds
      soloSeconds = min(2 * soloSeconds, Self.longestSolo)
    } else {
      soloSeconds = max(soloSeconds / 2, Self.shortestSolo)
    }
  }

  /// Walks all commands; whether another thread was late.
  @inline(__always)
  fileprivate func walk(_ thread: Int, _ threads: Int) -> Bool {
    var wasLate = false
    for i in 0..<commandCount {
      commands[i].function(commands[i].arguments, thread, threads)
      if threads > 1, barrier(thread) { wasLate = true }
    }
    return wasLate
  }

  /// Waits until all threads are here; whether one of them was late.
  private func barrier(_ thread: Int) -> Bool {
    let mine = lines + thread * Self.lineFloats
    let epoch = mine.pointee &+ 1
    platform_store_release(mine, epoch)
    var began = 0.0
    var wasLate = false
    for other in 0..<count where other != thread {
      var spins = 0
      while Int32(bitPattern: platform_load_acquire(lines + other * Self.lineFloats) &- epoch) < 0 {
        spins += 1
        if spins > 64 { platform_relax() }
        if spins & 1023 == 0 {  // some ten microseconds
          if began == 0 { began = platform_seconds() }
          wasLate = wasLate || platform_seconds() - began > Self.lateSeconds
          if spins > 4096 { platform_yield() }  // the other thread may be waiting for this very core
        }
      }
    }
    return wasLate
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
      _ = pool.walk(number, pool.count)
    }
    pool.left()
  }
}
