import SwiftletFormats
import SwiftletGraph
import Testing

@Suite struct NPYTests {
  private func read(_ bytes: [UInt8]) throws -> NDArray { try withFile(bytes) { try NPY.read($0) } }

  @Test(arguments: [[], [1], [0], [5], [2, 3], [2, 0, 3], [2, 3, 4, 5], [Int](repeating: 1, count: 64)])
  func roundTrip(_ shape: [Int]) throws {
    let array = NDArray(Shape(shape)) { Float($0) - 2.5 }
    let file = try TemporaryFile()
    try NPY.write(array, to: file.path)
    #expect(try NPY.read(file.path) == array)
    #expect(try WeightsFile.open(file.path).array("array", array.shape) == array)
    #expect(try (file.bytes().count - 4 * array.scalars.count) % 64 == 0)
  }

  @Test(arguments: [1, 2, 3] as [UInt8]) func version(_ version: UInt8) throws {
    let bytes = NPYBytes.file(NPYBytes.header("<f4", "2,"), little([1, 2]), version: version)
    #expect(try read(bytes) == NDArray([2], [1, 2]))
  }

  @Test func fortranOrder() throws {
    let array = try read(
      NPYBytes.file(NPYBytes.header("<f4", "2, 3, 2", order: "True"), little((0..<12).map { Float($0) })))
    // Element (i, j, k) lies at i + 2j + 6k.
    #expect(array == NDArray([2, 3, 2], [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]))
  }

  static let types: [(String, [UInt8], [Float])] = [
    (">f4", [0x3f, 0x80, 0, 0], [1]), (">f2", [0xc0, 0], [-2]), (">f8", [0x3f, 0xf0, 0, 0, 0, 0, 0, 0], [1]),
    (">i2", [1, 2], [258]), ("<i2", [1, 2], [513]), (">i4", [255, 255, 255, 254], [-2]),
    (">u8", [0, 0, 0, 0, 0, 0, 1, 0], [256]), ("<i8", [255, 255, 255, 255, 255, 255, 255, 255], [-1]),
    ("|u1", [200], [200]), ("|i1", [200], [-56]), ("|b1", [1, 0], [1, 0]), ("<f2", [0, 0x3c], [1]),
  ]

  @Test(arguments: types) func elementType(_ type: String, _ data: [UInt8], _ expected: [Float]) throws {
    #expect(try read(NPYBytes.file(NPYBytes.header(type, "\(expected.count),"), data)).scalars == expected)
  }

  @Test func anyOrderOfKeysAndEitherQuote() throws {
    let header = "{ \"shape\":(2 ,1),'fortran_order' : False , \"descr\":'<f4'}\n"
    #expect(try read(NPYBytes.file(header, little([1, 2]))) == NDArray([2, 1], [1, 2]))
  }
}
