import SwiftletGraph

/// Keeps packed constants between processes, so that a session need not pack them again.
public protocol PackedCache: Sendable {
  /// The `count` bytes that were kept under `key`, the same to the last bit; `nil` where there are none.
  func find(_ key: [UInt8], count: Int) -> PackedBytes?
  /// Keeps `bytes` under `key` where that is possible.
  func keep(_ bytes: UnsafeRawBufferPointer, under key: [UInt8])
}

/// Packed constants that somebody else holds in memory.
public struct PackedBytes {
  /// At a multiple of 128.
  let start: UnsafeRawPointer
  let owner: AnyObject

  /// - Parameters:
  ///   - start: a multiple of 128.
  ///   - owner: as long as it lives the bytes stay what they are.
  public init(_ start: UnsafeRawPointer, owner: AnyObject) {
    precondition(UInt(bitPattern: start) % 128 == 0, "packed constants begin at a multiple of 128")
    (self.start, self.owner) = (start, owner)
  }
}

/// The constants of a plan as its kernels read them, one after the other.
final class PackedConstants {
  let starts: [UnsafePointer<Float>]
  private let owner: AnyObject

  /// Those that `cache` holds; else packs them, and has it keep them.
  /// - Throws: errors of the weights when one is missing or misshapen, `EngineError` when there is no memory.
  init(_ plan: Plan, _ weights: Weights, _ cache: (any PackedCache)?) throws {
    var (offsets, end) = ([Int](), 0)
    for recipe in plan.constants {
      offsets.append(end)
      end += paddedToLines(recipe.count)
    }
    let key = cache.flatMap { _ in plan.packingKey(weights) }
    if let key, let found = cache?.find(key, count: end * 4) {
      let start = found.start.bindMemory(to: Float.self, capacity: end)
      (owner, starts) = (found.owner, offsets.map { start + $0 })
      return
    }
    let pages = try Pages(floats: end)
    for (recipe, offset) in zip(plan.constants, offsets) {
      let values = try plan.graph.evaluate(recipe.sources) { try weights.array($0.name, $0.shape) }
      recipe.pack(values, pages.start + offset)
    }
    if let key { cache?.keep(UnsafeRawBufferPointer(start: pages.start, count: end * 4), under: key) }
    (owner, starts) = (pages, offsets.map { UnsafePointer(pages.start + $0) })
  }
}
