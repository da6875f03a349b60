import SwiftletFormats
import SwiftletGraph
import Testing

@Suite struct HostileSafeTensorsTests {
  private static func file(_ header: String, _ data: Int = 0) -> [UInt8] { SafeTensorsBytes.file(header, data: data) }
  private static func entry(_ name: String, _ type: String, _ shape: String, _ begin: Int, _ end: Int) -> String {
    SafeTensorsBytes.entry(name, type, shape, begin, end)
  }
  private static func deep(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
  }
  private static let ones65 = [String](repeating: "1", count: 65).joined(separator: ",")

  static let lengths: [HostileCase] = [
    .init("cut in the header", .truncated, Array(SafeTensorsBytes.valid.prefix(60))),
    .init("cut in the data", .truncated, Array(SafeTensorsBytes.valid.dropLast(3))),
    .init("length over the file", .truncated, SafeTensorsBytes.file("{}", length: 3)),
    .init("length over the limit", .limitExceeded, SafeTensorsBytes.file("{}", length: 100_000_001)),
    .init("length over Int", .malformed, SafeTensorsBytes.file("{}", length: .max)),
    .init("length of zero", .malformed, SafeTensorsBytes.file("{}", length: 0)),
    .init("bytes after the data", .outOfBounds, SafeTensorsBytes.valid + [0]),
    .init("data without arrays", .outOfBounds, file("{}", 4)),
  ]

  static let ranges: [HostileCase] = [
    .init("overlap", .outOfBounds, file("{\(entry("a", "F32", "2", 0, 8)),\(entry("b", "F32", "2", 4, 12))}", 12)),
    .init("same range", .outOfBounds, file("{\(entry("a", "F32", "2", 0, 8)),\(entry("b", "F32", "2", 0, 8))}", 8)),
    .init("gap", .outOfBounds, file("{\(entry("a", "F32", "2", 0, 8)),\(entry("b", "F32", "2", 12, 20))}", 20)),
    .init("gap at the start", .outOfBounds, file("{\(entry("a", "F32", "2", 4, 12))}", 12)),
    .init("end before begin", .malformed, file("{\(entry("a", "F32", "2", 8, 0))}", 8)),
    .init("huge offsets", .outOfBounds, file("{\(entry("a", "F32", "2", Int.max - 8, Int.max))}", 8)),
    .init("end after the file", .truncated, file("{\(entry("a", "U8", "\(Int.max / 16)", 0, Int.max / 16))}", 8)),
    .init("offset over Int", .malformed, file("{\"a\":{\"data_offsets\":[0,99999999999999999999]}}")),
    .init("negative offset", .malformed, file("{\(entry("a", "F32", "2", -8, 0))}", 8)),
    .init("three offsets", .limitExceeded, file("{\"a\":{\"data_offsets\":[0,4,8]}}", 8)),
    .init("one offset", .malformed, file("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0]}}", 4)),
  ]

  static let shapes: [HostileCase] = [
    .init("product over Int", .limitExceeded, file("{\(entry("a", "F32", "4294967296,4294967296", 0, 4))}", 4)),
    .init("bytes over Int", .limitExceeded, file("{\(entry("a", "F64", "\(1 << 61)", 0, 8))}", 8)),
    .init("huge beside zero", .limitExceeded, file("{\(entry("a", "F32", "0,\(1 << 40),\(1 << 40)", 0, 0))}")),
    .init("too few bytes", .malformed, file("{\(entry("a", "F32", "3", 0, 8))}", 8)),
    .init("rank 65", .limitExceeded, file("{\(entry("a", "F32", ones65, 0, 4))}", 4)),
    .init("negative dimension", .malformed, file("{\(entry("a", "F32", "-2,-2", 0, 16))}", 16)),
    .init("fraction in the shape", .malformed, file("{\(entry("a", "F32", "1.5", 0, 4))}", 4)),
    .init("exponent in the shape", .malformed, file("{\(entry("a", "F32", "1e0", 0, 4))}", 4)),
    .init("text in the shape", .malformed, file("{\(entry("a", "F32", "\"1\"", 0, 4))}", 4)),
    .init("unknown type", .unsupported, file("{\(entry("a", "F8_E4M3", "4", 0, 4))}", 4)),
    .init("type in small letters", .unsupported, file("{\(entry("a", "f32", "1", 0, 4))}", 4)),
    .init("type that is a number", .malformed, file("{\"a\":{\"dtype\":32}}")),
    .init("no shape", .malformed, file("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4)),
    .init("no type", .malformed, file("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4)),
    .init("entry that is a list", .malformed, file("{\"a\":[]}")),
  ]

  static let json: [HostileCase] = [
    .init(
      "same name twice", .duplicateName, file("{\(entry("a", "U8", "1", 0, 1)),\(entry("a", "U8", "1", 1, 2))}", 2)),
    .init("same name, escaped", .duplicateName, file("{\"a\":{},\"\\u0061\":{}}".replacing("{}", with: "{\(u8)}"), 1)),
    .init("same field twice", .duplicateName, file("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}")),
    .init("metadata twice", .duplicateName, file("{\"__metadata__\":{},\"__metadata__\":{}}")),
    .init("metadata not text", .malformed, file("{\"__metadata__\":{\"epoch\":3}}")),
    .init("metadata a list", .malformed, file("{\"__metadata__\":[]}")),
    .init("metadata key twice", .duplicateName, file("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}")),
    .init("not JSON", .malformed, file("{hello}")),
    .init("open object", .malformed, file("{")),
    .init("trailing comma", .malformed, file("{\(entry("a", "U8", "1", 0, 1)),}", 1)),
    .init("no comma", .malformed, file("{\"a\":{\(u8)} \"b\":{\(u8)}}")),
    .init("no colon", .malformed, file("{\"a\" {\(u8)}}")),
    .init("text after the object", .malformed, file("{} x")),
    .init("zero after the object", .malformed, SafeTensorsBytes.file(Array("{}".utf8) + [0])),
    .init("not UTF-8", .malformed, SafeTensorsBytes.file(Array("{\"".utf8) + [0xff] + Array("\":{}}".utf8))),
    .init("overlong UTF-8", .malformed, SafeTensorsBytes.file(Array("{\"".utf8) + [0xc0, 0x80] + Array("\":1}".utf8))),
    .init("half a surrogate pair", .malformed, file("{\"\\ud800\":{}}")),
    .init("low half first", .malformed, file("{\"\\udc00\\ud800\":{}}")),
    .init("unknown escape", .malformed, file("{\"\\x41\":{}}")),
    .init("escape not hexadecimal", .malformed, file("{\"\\u00g0\":{}}")),
    .init("open string", .truncated, file("{\"abc")),
    .init("line break in a string", .malformed, file("{\"a\nb\":{}}")),
    .init("depth 65", .limitExceeded, file("{\"a\":{\"x\":\(deep(63))}}")),
    .init("depth 1,000,000", .limitExceeded, file("{\"a\":{\"x\":\(deep(1_000_000))}}")),
    .init("leading zero", .malformed, file("{\"a\":{\"x\":01}}")),
    .init("a word of its own", .malformed, file("{\"a\":{\"x\":nul}}")),
    .init("not a number", .malformed, file("{\"a\":{\"x\":NaN}}")),
    .init("number of 2,000 digits", .limitExceeded, file("{\"a\":{\"x\":\(String(repeating: "1", count: 2000))}}")),
    .init("keys without end", .limitExceeded, file("{\"a\":{\(manyKeys)}}")),
    .init(
      "numbers without end", .limitExceeded, file("{\"a\":{\"x\":[\(String(repeating: "0,", count: 2_000_000))0]}}")),
    .init("text without end", .limitExceeded, file("{\"a\":{\"x\":\"\(String(repeating: "x", count: 20_000_000))\"}}")),
    .init("space without end", .malformed, file("{\(String(repeating: " ", count: 20_000_000))x}")),
  ]

  private static let u8 = "\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]"
  private static let manyKeys = (0..<400_001).map { "\"\($0)\":0" }.joined(separator: ",")

  @Test(arguments: lengths + ranges + shapes) func layout(_ hostile: HostileCase) throws { try hostile.check() }
  @Test(arguments: json) func header(_ hostile: HostileCase) throws { try hostile.check() }

  @Test func depthOf64IsRead() throws {
    let entry = "\"a\":{\"x\":\(Self.deep(62)),\(Self.u8)}"
    let file = try TemporaryFile(Self.file("{\(entry)}", 1))
    #expect(try WeightsFile.open(file.path).names == ["a"])
  }

  @Test func headerMustStartWithABrace() throws {
    let file = try TemporaryFile(SafeTensorsBytes.file(" {}"))
    let error = #expect(throws: FormatError.self) { try SafeTensors.read(file.path) }
    #expect(error?.code == .malformed)
  }
}
