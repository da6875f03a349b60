import SwiftletFormats
import SwiftletGraph
import Testing

@Suite struct PyTorchTests {
  private func open(_ bytes: [UInt8]) throws -> Weights { try withFile(bytes) { try WeightsFile.open($0) } }

  /// The one tensor of a state dict.
  private func read(_ shape: Shape, _ tensor: [UInt8], storages: [String: [UInt8]], order: String = "little") throws
    -> [Float]
  {
    let file = PyTorchBytes.file(Pickle.orderedDictionary([("t", tensor)]), storages: storages, order: order)
    return try open(file).array("t", shape).scalars
  }

  @Test func stateDictionary() throws {
    let weights = try open(PyTorchBytes.valid)
    #expect(weights.names == ["a.weight", "a.bias"])
    #expect(try weights.array("a.weight", [2, 3, 4]).scalars == PyTorchBytes.numbers)
    #expect(try weights.array("a.bias", [4]).scalars == [20, 21, 22, 23])
  }

  @Test(arguments: ["state_dict", "model", "state_dict_ema", "model_ema"]) func nested(_ key: String) throws {
    let root = [("epoch", Pickle.integer(3)), ("lr", Pickle.ascii("G") + [UInt8](repeating: 0, count: 8))]
    let pickle = Pickle.orderedDictionary(root + [("args", Pickle.ascii("](NNe")), (key, PyTorchBytes.statePickle)])
    #expect(try open(PyTorchBytes.file(pickle)).names == ["a.weight", "a.bias"])
  }

  @Test func theFirstKeyThatHoldsTensorsIsTaken() throws {
    func one(_ name: String) -> [UInt8] { Pickle.orderedDictionary([(name, Pickle.tensor([1], [1], count: 24))]) }
    let pickle = Pickle.orderedDictionary([
      ("model_ema", one("x")), ("model", one("y")), ("state_dict", Pickle.integer(1)),
    ])
    #expect(try open(PyTorchBytes.file(pickle)).names == ["y"])
  }

  @Test func attributesOfTheDictionaryAreLeftOut() throws {
    let metadata = Pickle.ascii("}") + Pickle.text("_metadata") + Pickle.ascii("}sb")
    #expect(try open(PyTorchBytes.file(PyTorchBytes.statePickle + metadata)).names.count == 2)
  }

  @Test func parametersAreTensors() throws {
    let parameter =
      Pickle.global("torch._utils", "_rebuild_parameter")
      + Pickle.tuple(Pickle.tensor([2], [1], offset: 3, count: 24), [0x88], Pickle.ascii("}")) + Pickle.ascii("R")
    let file = PyTorchBytes.file(Pickle.orderedDictionary([("p", parameter)]))
    #expect(try open(file).array("p", [2]).scalars == [3, 4])
  }

  static let views: [([Int], [Int], Int, [Float])] = [
    ([4, 3], [1, 4], 0, [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]),
    ([2, 2], [12, 2], 1, [1, 3, 13, 15]),
    ([3], [5], 2, [2, 7, 12]),
    ([], [], 5, [5]),
    ([1, 2, 1], [99, 1, 77], 4, [4, 5]),
    ([2, 2], [0, 1], 0, [0, 1, 0, 1]),
    ([0, 3], [3, 1], 0, []),
    ([2, 3, 2], [1, 8, 4], 0, [0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21]),
  ]

  @Test(arguments: views) func view(_ shape: [Int], _ strides: [Int], _ offset: Int, _ expected: [Float]) throws {
    let tensor = Pickle.tensor(shape, strides, offset: offset, count: 24)
    #expect(try read(Shape(shape), tensor, storages: ["0": little(PyTorchBytes.numbers)]) == expected)
  }

  static let types: [(String, [UInt8], Float)] = [
    ("FloatStorage", little([2.5]), 2.5), ("DoubleStorage", little((2.5).bitPattern), 2.5),
    ("HalfStorage", little(0x4100 as UInt16), 2.5), ("BFloat16Storage", little(0x4020 as UInt16), 2.5),
    ("LongStorage", little(-7 as Int64), -7), ("IntStorage", little(-7 as Int32), -7),
    ("ShortStorage", little(-7 as Int16), -7), ("CharStorage", little(-7 as Int8), -7), ("ByteStorage", [200], 200),
    ("BoolStorage", [1], 1),
  ]

  @Test(arguments: types) func elementType(_ type: String, _ data: [UInt8], _ expected: Float) throws {
    let tensor = Pickle.tensor([1], [1], type: type, key: "k", count: 1)
    #expect(try read([1], tensor, storages: ["k": data]) == [expected])
    #expect(try read([1], tensor, storages: ["k": data.reversed()], order: "big") == [expected])
  }

  @Test func archivesWithoutDescriptorsAndWithoutZip64() throws {
    var records = PyTorchBytes.records(Pickle.start + PyTorchBytes.statePickle + Pickle.stop)
    for i in records.indices { records[i].flags = 0 }
    for isZip64 in [false, true] {
      let archive = ZipBytes(records: records, isZip64: isZip64, comment: Array("PK\u{5}\u{6} a comment".utf8))
      #expect(try open(archive.bytes()).array("a.bias", [4]).scalars == [20, 21, 22, 23])
    }
  }

  @Test func sizesInTheZip64Field() throws {
    var archive = ZipBytes(records: PyTorchBytes.records(Pickle.start + PyTorchBytes.statePickle + Pickle.stop))
    for i in archive.records.indices { archive.records[i].isZip64 = true }
    (archive.count, archive.directorySize, archive.directoryStart) = (0xffff, 0xffff_ffff, 0xffff_ffff)
    #expect(try open(archive.bytes()).array("a.bias", [4]).scalars == [20, 21, 22, 23])
  }

  /// The checksum that a storage meets has eight-byte steps and a rest; every length must agree with the plain one.
  @Test(arguments: 0..<40) func checksumOfEveryLength(_ count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    let tensor = Pickle.tensor([count], [1], type: "ByteStorage", count: count)
    #expect(try read([count], tensor, storages: ["0": bytes]) == bytes.map { Float($0) })
  }
}
