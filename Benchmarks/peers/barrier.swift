// What it costs two threads to wait for each other, which an engine does after every layer. Speaks as `swiftlet bench --serve`.
import Foundation
import Synchronization

enum Barrier {
  static let arrivals = Atomic<Int>(0)
  static let crossings = 1000

  /// Two threads meet so many times: an arrival is one step of the counter, and both are there when it is even again.
  static func cross() {
    for _ in 0..<crossings {
      let arrival = arrivals.add(1, ordering: .acquiringAndReleasing).oldValue
      let both = (arrival / 2 + 1) * 2
      while arrivals.load(ordering: .acquiring) < both {}
    }
  }

  static func seconds() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
}

Thread.detachNewThread { while true { Barrier.cross() } }

while let line = readLine(), let duration = Double(line) {
  var times: [Double] = []
  let end = Barrier.seconds() + duration
  repeat {
    let start = Barrier.seconds()
    Barrier.cross()
    times.append((Barrier.seconds() - start) / Double(Barrier.crossings))
  } while Barrier.seconds() < end
  times.sort()
  print(times[0], times[times.count / 2], times.count)
  fflush(nil)
}
