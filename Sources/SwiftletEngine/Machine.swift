import CPlatform
import SwiftletKernels
import SwiftletKernelsAVX2
import SwiftletKernelsAVX512
import SwiftletKernelsBaseline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The kernels that a plan is made of. Answers are the same bits for any number of threads on one instruction set, and differ by
/// rounding between two.
public enum InstructionSet: String, Sendable, CaseIterable, Comparable {
  case baseline
  case avx2
  case avx512

  /// Those that this machine runs.
  public static let available: [InstructionSet] = Array(allCases.prefix(Int(platform_instruction_set()) + 1))

  /// The widest one, or the one that the environment variable `SWIFTLET_ISA` names.
  /// - Throws: `EngineError` when that is none of this machine's.
  public static func preferred() throws(EngineError) -> InstructionSet {
    guard let name = getenv("SWIFTLET_ISA").map({ String(cString: $0) }), !name.isEmpty else { return available.last! }
    let known = available.map(\.rawValue).joined(separator: ", ")
    guard let set = InstructionSet(rawValue: name), available.contains(set) else {
      throw EngineError("SWIFTLET_ISA is '\(name)'; this machine runs \(known)")
    }
    return set
  }

  /// Whether this machine, with this set, has dot products of bfloat16: AVX512_BF16 (Zen 4, Cooper Lake, Sapphire Rapids and later).
  public var hasBFloat16: Bool { self == .avx512 && platform_has_bfloat16() != 0 }

  public static func < (a: Self, b: Self) -> Bool { allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)! }

  var kernels: KernelSet {
    switch self {
    case .baseline: baselineKernels
    case .avx2: avx2Kernels
    case .avx512: hasBFloat16 ? avx512Kernels : avx512Kernels.withoutPairs
    }
  }
}

/// What this machine has.
public enum Machine {
  /// How many processors this process may run on.
  public static var processors: Int { Int(platform_processors()) }
  /// The largest resident size this process ever had, in bytes.
  public static var peakMemory: Int { Int(platform_peak_memory()) }
  /// Has this process use the memory of arrays that are gone for those that follow, up to 64 MiB of it. The system would take the
  /// pages back and clear them for each large array anew, while weights are packed.
  public static func keepFreedMemory() { platform_keep_freed_memory() }
  /// Seconds on a clock that never goes back.
  public static var seconds: Double { platform_seconds() }
}

/// What an engine cannot do, and why.
public struct EngineError: Error, Hashable, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}
