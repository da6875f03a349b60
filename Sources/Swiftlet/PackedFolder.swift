public import SwiftletEngine
public import SwiftletFormats

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension CacheFolder: PackedCache {
  public func find(_ key: [UInt8], count: Int) -> PackedBytes? {
    bytes(key, count: count).map { PackedBytes($0.start, owner: $0) }
  }

  /// The folder that the environment variable `SWIFTLET_CACHE` names, or `swiftlet` where this system has its caches; `nil` when
  /// it is `off`, and for users without a home.
  public static var standard: CacheFolder? {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    if let chosen = variable("SWIFTLET_CACHE") { return chosen == "off" ? nil : CacheFolder(chosen) }
    #if canImport(Darwin)
      let caches = variable("HOME").map { "\($0)/Library/Caches" }
    #else
      let given = variable("XDG_CACHE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
      let caches = given ?? variable("HOME").map { "\($0)/.cache" }
    #endif
    return caches.map { CacheFolder("\($0)/swiftlet") }
  }
}
