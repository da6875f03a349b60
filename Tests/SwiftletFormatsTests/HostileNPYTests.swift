import SwiftletFormats
import Testing

@Suite struct HostileNPYTests {
  private static func file(_ type: String, _ shape: String, _ data: Int, order: String = "False") -> [UInt8] {
    NPYBytes.file(NPYBytes.header(type, shape, order: order), [UInt8](repeating: 0, count: data))
  }
  private static func raw(_ header: String) -> [UInt8] { NPYBytes.file(header, [0, 0, 0, 0]) }
  private static let ones65 = String(repeating: "1,", count: 65)

  static let cases: [HostileCase] = [
    .init("bad magic", .unknownFormat, [0x93] + Array("NUMPI".utf8) + [UInt8](repeating: 1, count: 90)),
    .init("only the magic", .truncated, [0x93] + Array("NUMPY".utf8)),
    .init("version 4", .unsupported, NPYBytes.file(NPYBytes.header("<f4", "1,"), [0, 0, 0, 0], version: 4)),
    .init("version 0", .unsupported, NPYBytes.file(NPYBytes.header("<f4", "1,"), [0, 0, 0, 0], version: 0)),
    .init("header over the file", .truncated, NPYBytes.file("{}", length: 500)),
    .init("header over the limit", .limitExceeded, NPYBytes.file(String(repeating: " ", count: 10_001))),
    .init("header of 4 GiB", .limitExceeded, NPYBytes.file("{}", version: 2, length: Int(UInt32.max))),
    .init("empty header", .malformed, raw("")),
    .init("objects", .forbidden, file("|O", "1,", 8)),
    .init("objects of 8 bytes", .forbidden, file("|O8", "1,", 8)),
    .init("complex numbers", .unsupported, file("<c8", "1,", 8)),
    .init("text", .unsupported, file("<U4", "1,", 16)),
    .init("quadruple precision", .unsupported, file("<f16", "1,", 16)),
    .init("no byte order", .unsupported, file("|f4", "1,", 4)),
    .init("empty type", .unsupported, file("", "1,", 4)),
    .init("structure", .malformed, raw("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}")),
    .init("negative dimension", .malformed, file("<f4", "-1,", 4)),
    .init("two negative dimensions", .malformed, file("<f4", "-2, -2", 16)),
    .init("dimension over Int", .limitExceeded, file("<f4", "99999999999999999999,", 4)),
    .init("product over Int", .limitExceeded, file("<f4", "4294967296, 4294967296", 4)),
    .init("huge beside zero", .limitExceeded, file("<f4", "0, 4294967296, 4294967296", 0, order: "True")),
    .init("rank 65", .limitExceeded, file("<f4", ones65, 4)),
    .init("extra key", .malformed, raw("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}")),
    .init("same key twice", .malformed, raw("{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}")),
    .init("missing key", .malformed, raw("{'descr': '<f4', 'shape': (1,)}")),
    .init("expression", .malformed, raw("{'descr': '<f4', 'fortran_order': False, 'shape': (1+1,)}")),
    .init("call", .malformed, raw("{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': ()}")),
    .init("a number for a tuple", .malformed, raw("{'descr': '<f4', 'fortran_order': False, 'shape': (1)}")),
    .init("a list for a tuple", .malformed, raw("{'descr': '<f4', 'fortran_order': False, 'shape': [1]}")),
    .init("1 for a truth value", .malformed, raw("{'descr': '<f4', 'fortran_order': 1, 'shape': (1,)}")),
    .init("text after the header", .malformed, raw("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x")),
    .init("open dictionary", .malformed, raw("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)")),
    .init("open string", .truncated, raw("{'descr")),
    .init("too few elements", .outOfBounds, Array(NPYBytes.valid.dropLast())),
    .init("too many elements", .malformed, NPYBytes.valid + [0]),
    .init("huge shape, no data", .outOfBounds, file("<f8", "1000000000000,", 8)),
  ]

  @Test(arguments: cases) func npy(_ hostile: HostileCase) throws { try hostile.check() }

  @Test func badMagicWithoutTheFrontDoor() throws {
    let file = try TemporaryFile(Array("hello, world".utf8))
    let error = #expect(throws: FormatError.self) { try NPY.read(file.path) }
    #expect(error?.code == .malformed)
  }
}
