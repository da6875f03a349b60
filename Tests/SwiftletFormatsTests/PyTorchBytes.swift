/// The instructions of pickle protocol 2, and what `torch.save` writes with them.
enum Pickle {
  static let start: [UInt8] = [0x80, 2]
  static let stop: [UInt8] = Array(".".utf8)

  static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }
  static func text(_ text: String) -> [UInt8] { ascii("X") + little(UInt32(text.utf8.count)) + ascii(text) }
  static func global(_ module: String, _ name: String) -> [UInt8] { ascii("c\(module)\n\(name)\n") }
  static func tuple(_ items: [UInt8]...) -> [UInt8] { ascii("(") + items.joined() + ascii("t") }

  static func integer(_ value: Int) -> [UInt8] {
    if let small = Int32(exactly: value) { return ascii("J") + little(small) }
    return [0x8a, 8] + little(Int64(value))
  }

  static func integers(_ values: [Int]) -> [UInt8] { ascii("(") + values.flatMap(integer) + ascii("t") }

  static func orderedDictionary(_ members: [(String, [UInt8])]) -> [UInt8] {
    let items = members.flatMap { text($0.0) + $0.1 }
    return global("collections", "OrderedDict") + ascii(")R(") + items + ascii("u")
  }

  static func storage(_ type: String, _ key: String, _ count: Int) -> [UInt8] {
    tuple(text("storage"), global("torch", type), text(key), text("cpu"), integer(count)) + ascii("Q")
  }

  static func tensor(
    _ shape: [Int], _ strides: [Int], offset: Int = 0, type: String = "FloatStorage", key: String = "0", count: Int
  ) -> [UInt8] {
    global("torch._utils", "_rebuild_tensor_v2")
      + tuple(
        storage(type, key, count), integer(offset), integers(shape), integers(strides), [0x89],
        global("collections", "OrderedDict") + ascii(")R")) + ascii("R")
  }
}

/// The bytes of PyTorch's files, also of wrong ones.
enum PyTorchBytes {
  /// Storage 0 holds the numbers from 0 to 23.
  static let numbers: [Float] = (0..<24).map { Float($0) }

  static func records(
    _ pickle: [UInt8], storages: [String: [UInt8]] = ["0": little(numbers)], order: String = "little"
  ) -> [ZipBytes.Record] {
    [
      .init(name: "net/data.pkl", bytes: pickle), .init(name: "net/byteorder", bytes: Array(order.utf8)),
      .init(name: "net/version", bytes: Array("3\n".utf8)),
    ] + storages.sorted { $0.key < $1.key }.map { .init(name: "net/data/\($0.key)", bytes: $0.value) }
  }

  /// A file with this pickle between start and stop.
  static func file(
    _ pickle: [UInt8], storages: [String: [UInt8]] = ["0": little(numbers)], order: String = "little"
  ) -> [UInt8] {
    ZipBytes(records: records(Pickle.start + pickle + Pickle.stop, storages: storages, order: order)).bytes()
  }

  static let statePickle = Pickle.orderedDictionary([
    ("a.weight", Pickle.tensor([2, 3, 4], [12, 4, 1], count: 24)),
    ("a.bias", Pickle.tensor([4], [1], offset: 20, count: 24)),
  ])

  static let valid = file(statePickle)
}
