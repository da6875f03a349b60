public import ArgumentParser
public import Swiftlet

struct ThreadOptions: ParsableArguments {
  @Option(name: .customLong("threads"), help: "Threads to compute with, 1 to 256.")
  var count = min(Machine.processors, 256)

  func validate() throws { try checkThreads(count) }
}

extension Precision: ExpressibleByArgument {}

struct PrecisionOptions: ParsableArguments {
  @Option(
    name: .customLong("precision"),
    help: """
      'exact': also transforms whose error stays near that of direct sums; 'strict': direct sums only; 'fast': products in \
      bfloat16 where the processor has AVX512_BF16, answers stray further; else as 'exact'.
      """)
  var value = Precision.exact
}

struct CacheOptions: ParsableArguments {
  @Flag(
    help: """
      Pack the weights anew and keep nothing. Else they are kept in SWIFTLET_CACHE, or where this system has caches.
      """)
  var noCache = false

  var folder: CacheFolder? { noCache ? nil : .standard }
}

struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON.")
  var json = false

  /// Prints one or the other.
  func print(json value: @autoclosure () throws -> JSON, text: @autoclosure () throws -> String) throws {
    try Console.write(json ? value().text() : text())
  }
}

/// Arrays are written under names that end so.
func checkArrayName(_ path: String) throws {
  let lowered = path.lowercased()
  guard lowered.hasSuffix(".npy") || lowered.hasSuffix(".safetensors") else {
    throw ValidationError("--output is '\(path)'; expected a name that ends in .npy or .safetensors")
  }
}

func checkThreads(_ count: Int) throws {
  guard (1...256).contains(count) else { throw ValidationError("--threads is \(count); expected 1 to 256") }
}

func checkSeconds(_ seconds: Double) throws {
  guard seconds > 0, seconds <= 3600 else {
    throw ValidationError("--seconds is \(seconds); expected more than 0, at most 3600")
  }
}
