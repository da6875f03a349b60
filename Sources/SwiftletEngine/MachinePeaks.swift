import CPlatform
import SwiftletKernels

/// The most that this machine was seen to do: what a roofline is drawn from (Williams et al., Communications of the ACM 2009).
public struct MachinePeaks: Sendable {
  /// A cache or the memory.
  public struct Level: Sendable {
    /// "L1", "L2", "L3" or "DRAM".
    public var name: String
    /// What fits in: of a thread's own caches all together, of shared ones once; `Int.max` for the memory.
    public var bytes: Int
    /// 10⁹ bytes a second that all threads together read.
    public var bandwidth: Double

    public init(name: String, bytes: Int, bandwidth: Double) {
      (self.name, self.bytes, self.bandwidth) = (name, bytes, bandwidth)
    }
  }

  public let instructionSet: InstructionSet
  public let threads: Int
  /// 10⁹ floating-point operations a second, two for each multiply-add, of registers alone.
  public let gigaflops: Double
  /// The first cache first; the last one is the memory.
  public let levels: [Level]

  public init(instructionSet: InstructionSet, threads: Int, gigaflops: Double, levels: [Level]) {
    (self.instructionSet, self.threads, self.gigaflops, self.levels) = (instructionSet, threads, gigaflops, levels)
  }

  /// Measures for about half a second; the best of many short runs counts.
  /// - Parameter instructionSet: the preferred one where `nil`.
  /// - Throws: `EngineError` for an instruction set that this machine lacks, or where there is no memory.
  public init(instructionSet: InstructionSet? = nil, threads: Int = 1) throws(EngineError) {
    let set = try Self.checked(instructionSet)
    let meter = PeakMeter(set.kernels, threads: max(1, threads))
    let known = (1...3).map { Int(platform_cache_bytes(Int32($0))) }.prefix { $0 > 0 }
    let caches = known.isEmpty ? cacheSizes(try meter.readingCurve()) : Array(known)
    self.init(
      instructionSet: set, threads: meter.threads, gigaflops: meter.gigaflops(),
      levels: try meter.levels(caches))
  }

  private static func checked(_ set: InstructionSet?) throws(EngineError) -> InstructionSet {
    guard let set else { return try .preferred() }
    guard InstructionSet.available.contains(set) else { throw EngineError("this machine does not run \(set)") }
    return set
  }

  /// `gigaflops` alone, measured in a fiftieth of a second.
  public static func gigaflops(instructionSet: InstructionSet? = nil, threads: Int = 1) throws(EngineError) -> Double {
    PeakMeter(try checked(instructionSet).kernels, threads: max(1, threads)).gigaflops()
  }

  /// The level that a working set of so many bytes fits in.
  public func level(holding bytes: Int) -> Level { levels.first { bytes <= $0.bytes } ?? levels[levels.count - 1] }

  /// Seconds that the machine needs at least for so many floating-point operations on so many bytes: the longer one of computing them
  /// and of reading what is touched, from the level that it fits in.
  public func leastSeconds(operations: Int, bytes: Int) -> Double {
    max(Double(operations) / (1e9 * gigaflops), Double(bytes) / (1e9 * level(holding: bytes).bandwidth))
  }
}

/// The sizes of caches, from bandwidths of reading so many bytes again and again: those behind which it falls by a quarter or more.
/// - Parameter curve: bytes, each twice the one before, and their bandwidths.
package func cacheSizes(_ curve: [(bytes: Int, bandwidth: Double)]) -> [Int] {
  var (sizes, plateau, wasFalling) = ([Int](), curve.first?.bandwidth ?? 0, false)
  for (here, next) in zip(curve, curve.dropFirst()) {
    let isFalling = next.bandwidth < 0.75 * plateau
    if isFalling {
      if !wasFalling { sizes.append(here.bytes) }  // a fall may take two steps
      plateau = next.bandwidth
    }
    wasFalling = isFalling
  }
  return Array((sizes.isEmpty ? [32 << 10] : sizes).prefix(3))
}
