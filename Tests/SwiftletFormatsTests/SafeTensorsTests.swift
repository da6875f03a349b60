import SwiftletFormats
import SwiftletGraph
import Testing

@Suite struct SafeTensorsTests {
  @Test func roundTrip() throws {
    let arrays: [(String, NDArray)] = [
      ("features.0.weight", NDArray([2, 3, 1, 1], [1, -2, 3.5, .infinity, 0, -0.0])),
      ("scalar", NDArray([], [7])), ("none", NDArray([3, 0], [])), ("ü \"\\\n\u{1}", NDArray([1], [.pi])),
    ]
    let metadata = ["format": "pt", "a \"note\"": "tab\there"]
    let file = try TemporaryFile()
    try SafeTensors.write(arrays, metadata: metadata, to: file.path)
    let (weights, found) = try SafeTensors.read(file.path)
    #expect(weights.names == arrays.map(\.0))
    #expect(weights.source == file.path)
    #expect(found == metadata)
    for (name, array) in arrays { #expect(try weights.array(name, array.shape) == array) }
    #expect(try file.bytes().count % 4 == 0)
    #expect(try file.names() == ["given.bin"])
  }

  @Test func noArraysAtAll() throws {
    let file = try TemporaryFile()
    try SafeTensors.write([], to: file.path)
    #expect(try WeightsFile.open(file.path).names == [])
  }

  @Test func arraysComeInTheOrderOfTheirBytes() throws {
    let z = SafeTensorsBytes.entry("z", "U8", "2", 0, 2)
    let a = SafeTensorsBytes.entry("a", "U8", "2", 2, 4)
    let file = try TemporaryFile(SafeTensorsBytes.file("{\(a),\(z)}", data: 4))
    let weights = try WeightsFile.open(file.path)
    #expect(weights.names == ["z", "a"])
    #expect(try weights.array("a", [2]).scalars == [2, 3])
  }

  @Test func unknownFieldsAreSteppedOver() throws {
    let fields = "\"new\":{\"a\":[1,-2.5e-3,true,false,null,\"\\ud83d\\ude00\"]}"
    let entry = "{\"\\u0061\":{\(fields),\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}"
    let file = try TemporaryFile(SafeTensorsBytes.file(entry, data: 1))
    #expect(try WeightsFile.open(file.path).array("a", []).scalars == [0])
  }

  static let types: [(String, [UInt8], [Float])] = [
    ("F32", little([1.5, -2]), [1.5, -2]),
    ("F64", little((-1.5).bitPattern) + little((1e300).bitPattern), [-1.5, .infinity]),
    (
      "F16", littleAll([0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00, 0x8000] as [UInt16]),
      [1, -2, 0x1p-24, 65504, -.infinity, -0.0]
    ),
    ("BF16", littleAll([0x3f80, 0xc020] as [UInt16]), [1, -2.5]),
    ("I64", littleAll([-3, 1 << 40] as [Int64]), [-3, 0x1p40]),
    ("I32", littleAll([-3, 70000] as [Int32]), [-3, 70000]),
    ("I16", littleAll([-3, 300] as [Int16]), [-3, 300]),
    ("I8", littleAll([-3, 100] as [Int8]), [-3, 100]),
    ("U64", littleAll([3, 1 << 63] as [UInt64]), [3, 0x1p63]),
    ("U32", littleAll([3, 1 << 31] as [UInt32]), [3, 0x1p31]),
    ("U16", littleAll([3, 65535] as [UInt16]), [3, 65535]),
    ("U8", [3, 255], [3, 255]),
    ("BOOL", [0, 1], [0, 1]),
  ]

  @Test(arguments: types) func elementType(_ type: String, _ data: [UInt8], _ expected: [Float]) throws {
    let header = "{\(SafeTensorsBytes.entry("x", type, "\(expected.count)", 0, data.count))}"
    let file = try TemporaryFile(SafeTensorsBytes.file(header) + data)
    let array = try WeightsFile.open(file.path).array("x", [expected.count])
    #expect(array.scalars.map(\.bitPattern) == expected.map(\.bitPattern))
  }

  /// All 65,536 half-precision numbers, against their definition.
  @Test func everyHalf() throws {
    let data = (0...UInt16.max).flatMap { little($0) }
    let header = "{\(SafeTensorsBytes.entry("x", "F16", "65536", 0, data.count))}"
    let file = try TemporaryFile(SafeTensorsBytes.file(header) + data)
    let scalars = try WeightsFile.open(file.path).array("x", [65536]).scalars
    for (half, scalar) in zip(0...UInt16.max, scalars) {
      let (exponent, fraction) = (Int(half >> 10 & 31), Float(half & 1023))
      if exponent == 31 && fraction != 0 {
        #expect(scalar.isNaN)
        continue
      }
      let magnitude: Float =
        switch exponent {
        case 0: fraction * 0x1p-24
        case 31: .infinity
        default: Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
        }
      #expect(scalar.magnitude == magnitude && (scalar.sign == .minus) == (half >= 0x8000))
    }
  }

  @Test func namesMustDiffer() throws {
    let file = try TemporaryFile([1, 2, 3])
    let one = NDArray([1], [1])
    #expect(code { try SafeTensors.write([("a", one), ("a", one)], to: file.path) } == .duplicateName)
    #expect(code { try SafeTensors.write([("__metadata__", one)], to: file.path) } == .duplicateName)
    #expect(try file.bytes() == [1, 2, 3])
  }
}

/// The bytes of integers, little-endian.
func littleAll<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] { values.flatMap { little($0) } }
