import Foundation
import Swiftlet
import Testing
import _SwiftletTestSupport

/// What is written as a network's weights is what the network reads back: names, order, shapes, type, every bit.
///
/// All networks, one at a time: at most one network's weights are in memory and in a file.
@Suite(.serialized) struct WeightsRoundTripTests {
  /// Every model whose parameters, by name and shape, no earlier one has.
  static let names: [String] = {
    var seen: Set<[String]> = []
    return allModels.filter { model in
      seen.insert((try? model.graph())?.parameters.map { "\($0.name) \($0.shape)" } ?? [model.name]).inserted
    }.map(\.name)
  }()

  /// A file system in memory where there is one with room: what is tested is the format, not the disk.
  static let folder: URL = {
    let memory = URL(filePath: "/dev/shm")
    let room = try? FileManager.default.attributesOfFileSystem(forPath: memory.path)[.systemFreeSize] as? Int
    return (room ?? 0) > 2 << 30 ? memory : FileManager.default.temporaryDirectory
  }()

  @Test(arguments: names) func comesBack(_ name: String) throws {
    let graph = try Model.named(name).graph()
    let file = Self.folder.appending(path: "\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    let arrays = graph.parameters.enumerated().map { ($1.name, Self.numbers($1.shape, seed: UInt32($0))) }
    try SafeTensors.write(arrays, to: file.path)

    let weights = try WeightsFile.open(file.path)
    try weights.check(against: graph)
    #expect(weights.names == arrays.map(\.0))
    #expect(try Self.types(file) == ["F32"])
    for (name, array) in arrays {
      let found = try weights.array(name, array.shape)
      #expect(Self.areSame(found.scalars, array.scalars), "\(name)")
    }
  }

  /// Numbers in 0.5..<1 that differ from array to array and from place to place.
  private static func numbers(_ shape: Shape, seed: UInt32) -> NDArray {
    let count = shape.elementCount
    let scalars = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      for i in 0..<count {
        buffer[i] = Float(bitPattern: 0x3F00_0000 | ((UInt32(truncatingIfNeeded: i) ^ (seed << 12)) & 0x7F_FFFF))
      }
      filled = count
    }
    return NDArray(shape, scalars)
  }

  private static func areSame(_ a: [Float], _ b: [Float]) -> Bool {
    a.withUnsafeBytes { a in
      b.withUnsafeBytes { b in a.count == b.count && memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0 }
    }
  }

  /// The types of element that the file's header names.
  private static func types(_ file: URL) throws -> Set<String> {
    let handle = try FileHandle(forReadingFrom: file)
    defer { try? handle.close() }
    let length = try handle.read(upToCount: 8)!.enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    let header = try JSONSerialization.jsonObject(with: handle.read(upToCount: length)!) as! [String: [String: Any]]
    return Set(header.values.compactMap { $0["dtype"] as? String })
  }
}
