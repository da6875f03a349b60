import SwiftletGraph
import SwiftletOps

// Where values live. A region is a piece of memory; a view says which parts of it are a value.

/// A piece of memory that holds one value, or several that are concatenated somewhere. Frozen once planning is over.
final class Region: @unchecked Sendable {
  let batch: Int
  /// Floats between blocks of 16 channels; the size of everything in plain regions.
  let plane: Int
  /// Blocks of one image; grows while values are placed.
  private(set) var blocks: Int
  let home: Home
  /// The first and last step that touches the region.
  var first = Int.max
  var last = -1
  /// Where the region lies in the arena, in floats.
  var offset = 0

  /// Which memory a region is a part of.
  enum Home: Hashable {
    case arena
    /// What the caller fills.
    case input
    /// The packed constant of that number.
    case constant(Int)
  }

  /// Blocked: `[batch][blocks][pixels][16]`.
  init(batch: Int, pixels: Int, _ home: Home = .arena) {
    (self.batch, self.home, blocks) = (batch, home, 0)
    plane = spreadApart(pixels * 16)
  }

  /// Plain: `floats` in a row.
  init(floats: Int, _ home: Home = .arena) {
    (batch, blocks, plane, self.home) = (1, 1, (floats + 15) / 16 * 16, home)
  }

  /// Adds blocks and returns the first.
  func append(blocks count: Int) -> Int {
    defer { blocks += count }
    return blocks
  }

  var batchStride: Int { blocks * plane }
  var floats: Int { batch * batchStride }
}

/// What a step reads or writes: so many floats of a region.
protocol Place: Sendable {
  var region: Region { get }
  var floats: Int { get }
}

extension Region: Place {
  var region: Region { self }
  var isConstant: Bool { if case .constant = home { true } else { false } }
}

/// A part of a region.
struct Part: Place {
  var region: Region
  var floats: Int
}

extension BlockedView: Place {
  /// Those of whole blocks.
  var floats: Int { batch * blocks.count * pixels * 16 }
}

/// A value in blocks of 16 channels: for each logical channel the physical one (block · 16 + lane) in its region.
///
/// Concatenation, split and shuffle are other views of the same regions: nothing is copied.
struct BlockedView: Sendable {
  var region: Region
  var height: Int
  var width: Int
  var channels: [Int]
  /// Zeros that lie around the map in its region.
  var border = Pads.none

  var pixels: Int { height * width }
  /// Floats from row to row, and from the start of a plane to the first pixel.
  var rowStride: Int { (border.left + width + border.right) * 16 }
  var origin: Int { border.top * rowStride + border.left * 16 }
  var batch: Int { region.batch }

  /// The blocks that hold channels of this value, in ascending order.
  var blocks: [Int] {
    var isUsed = [Bool](repeating: false, count: (channels.max() ?? 0) / 16 + 1)
    for channel in channels { isUsed[channel / 16] = true }
    return isUsed.indices.filter { isUsed[$0] }
  }

  /// The channels counted from the first block used, blocks without a channel left out: the layout without the place.
  var layout: [Int] {
    let blocks = blocks
    var position = [Int](repeating: 0, count: (blocks.last ?? 0) + 1)
    for (i, block) in blocks.enumerated() { position[block] = i }
    return channels.map { position[$0 / 16] * 16 + $0 % 16 }
  }

  /// Where channels that lie in order from the first lane of a block begin, and the floats from block to block; `nil` where they do
  /// not.
  var dense: (base: Int, blockStride: Int)? {
    guard channels[0] % 16 == 0, channels.indices.allSatisfy({ channels[$0] == channels[0] + $0 }) else { return nil }
    return (channels[0] / 16 * region.plane, region.plane)
  }
}

/// The forms in which a value exists; others are made when a step asks for them.
struct Value {
  var blocked: BlockedView?
  /// With the zeros around it that its only reader wants.
  var bordered: BlockedView?
  /// Rounded to bfloat16.
  var pairs: PairView?
  /// Row-major, densely packed.
  var plain: Region?
}

/// So many floats or a few more: what lies a multiple of 2 KiB apart would compete for the same lines of the first cache.
@inline(__always)
func spreadApart(_ floats: Int) -> Int { floats + (floats % 512 == 0 ? 16 : 0) }
