import SwiftletFormats
import SwiftletGraph
import Testing

@Suite struct TensorFileTests {
  private let array = NDArray([1, 2, 2], [1, 2, 3, 4])
  private let other = NDArray([1], [5])

  @Test(arguments: ["x.npy", "x.safetensors", "X.NPY"]) func oneArray(_ name: String) throws {
    let file = try TemporaryFile(name: name)
    try TensorFile.write([("output", array)], to: file.path)
    #expect(try TensorFile.read(file.path) == array)
    #expect(try file.names() == [name])
  }

  @Test func severalArraysAreFoundByName() throws {
    let file = try TemporaryFile(name: "x.safetensors")
    try TensorFile.write([("input", array), ("boxes", other)], to: file.path)
    #expect(try TensorFile.read(file.path) == array)
    #expect(try TensorFile.read(file.path, name: "boxes") == other)
    let error = #expect(throws: FormatError.self) { try TensorFile.read(file.path, name: "scores") }
    #expect(error?.code == .missing)
    #expect(error?.description.contains("input, boxes") == true)
  }

  @Test func contentIsReadWhateverTheName() throws {
    let file = try TemporaryFile(NPYBytes.valid, name: "x.safetensors")
    #expect(try TensorFile.read(file.path).shape == [2, 3])
  }

  @Test func whatCannotBeWritten() throws {
    let npy = try TemporaryFile(name: "x.npy")
    let text = try TemporaryFile(name: "x.txt")
    #expect(code { try TensorFile.write([("a", array), ("b", other)], to: npy.path) } == .countMismatch)
    #expect(code { try TensorFile.write([], to: npy.path) } == .countMismatch)
    #expect(code { try TensorFile.write([("a", array)], to: text.path) } == .unsupported)
    #expect(try npy.names() == [] && text.names() == [])
  }
}
