import SwiftProtobuf
import SwiftletFormats
public import SwiftletGraph

extension ONNXModel {
  /// The most bytes a file can have: readers of Protocol Buffers take no more.
  static let sizeLimit = Int(Int32.max)

  /// Writes the model with its weights. One array at a time is in memory; the file at `path` is replaced as a whole or not at all.
  /// - Throws: `WeightsError` when the weights are not those of the graph; `FormatError`: `limitExceeded` (2 GiB), `unwritable`,
  ///   `notRegularFile`, and errors of the file that the weights are read from.
  public func write(_ weights: Weights, to path: String) throws {
    try weights.check(against: graph)
    var rest = message
    rest.clearGraph()
    let (head, body): ([UInt8], [UInt8]) = (try rest.serializedBytes(), try message.graph.serializedBytes())
    let tensors = try parameters.map { try Initializer($0.name, $0.shape) }
    let count = tensors.reduce(body.count) { $0 + $1.byteCount }
    let graphField = field(7, byteCount: count)
    let total = head.count + graphField.count + count
    guard total <= Self.sizeLimit else {
      throw FormatError(
        .limitExceeded, path: path, found: "a model of \(total) bytes",
        expected: "at most \(Self.sizeLimit), the limit of ONNX files with their weights inside")
    }
    try AtomicFile.write(to: path) { file throws(FormatError) in
      try file.write(head + graphField + body)
      for tensor in tensors {
        try file.write(tensor.head)
        try file.write(floats: tensor.scalars(weights))
      }
    }
  }
}

/// One parameter: `GraphProto.initializer`, a `TensorProto` whose last field is `float_data`.
private struct Initializer {
  let name: String
  let shape: Shape
  /// All that comes before the scalars.
  let head: [UInt8]

  var byteCount: Int { head.count + 4 * shape.elementCount }

  init(_ name: String, _ shape: Shape) throws {
    (self.name, self.shape) = (name, shape)
    let tensor: [UInt8] = try ONNXTensorProto(floats: shape, name: name).serializedBytes()
    let data = field(4, byteCount: 4 * shape.elementCount)
    head = field(5, byteCount: tensor.count + data.count + 4 * shape.elementCount) + tensor + data
  }

  func scalars(_ weights: Weights) throws(FormatError) -> [Float] {
    do {
      return try weights.array(name, shape).scalars
    } catch let error as FormatError {
      throw error
    } catch {
      throw FormatError(.unreadable, path: weights.source, place: name, found: "\(error)")
    }
  }
}

/// What comes before the bytes of a field: its number with the type "length-delimited", and how many bytes follow, both in
/// groups of seven bits, the lowest first.
private func field(_ number: Int, byteCount: Int) -> [UInt8] {
  func varint(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
  }
  return varint(number << 3 | 2) + varint(byteCount)
}
