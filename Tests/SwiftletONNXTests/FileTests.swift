import Foundation
import SwiftProtobuf
import SwiftletFormats
import SwiftletGraph
import SwiftletONNX
import SwiftletOps
import SwiftletZoo
import Testing
import _SwiftletTestSupport

/// What stands on the disk.
@Suite struct FileTests {
  let folder = Folder()

  /// The model of each family that has the fewest scalars.
  static let smallest = allFamilies.compactMap { family in
    family.models.filter { !$0.isBackbone }.min { size($0) < size($1) }.map(\.name)
  }

  private static func size(_ model: Model) -> Int {
    let graph = try? model.graph(classes: 3)
    return graph?.parameters.reduce(0) { $0 + $1.shape.elementCount } ?? .max
  }

  @Test(arguments: smallest) func holdsTheWeights(_ name: String) throws {
    let model = try #require(allModels.first { $0.name == name })
    let graph = try model.graph(classes: 3)
    let weights = Rule().weights(for: graph)
    let metadata = ONNXModel.metadata(model: name, model.preprocessing, classes: 3, labels: ["a", "b", "c"])
    let onnx = try ONNXModel(graph, name: name, metadata: metadata)
    let path = folder.path("model.onnx")
    try onnx.write(weights, to: path)

    var file = try ONNXModelProto(serializedBytes: Data(contentsOf: URL(filePath: path)))
    let constants = onnx.message.graph.initializer.count
    let stored = file.graph.initializer.dropFirst(constants)
    #expect(stored.map(\.name) == onnx.parameters.map(\.name))
    for tensor in stored {
      let array = try weights.array(tensor.name, Shape(tensor.dims.map(Int.init)))
      #expect(tensor.dataType == 1 && tensor.floatData == array.scalars, "\(tensor.name)")
    }
    file.graph.initializer.removeLast(stored.count)
    #expect(file == onnx.message)
    let entries = Dictionary(uniqueKeysWithValues: file.metadataProps.map { ($0.key, $0.value) })
    #expect(entries["labels"] == "a\nb\nc" && entries["classes"] == "3" && entries["model"] == name)
    #expect(entries["mean"] == model.preprocessing.mean.map { "\($0)" }.joined(separator: " "))
    #expect(entries["channel_order"] == model.preprocessing.channelOrder.rawValue)
  }

  @Test func aScalarParameterIsWritten() throws {
    let graph = try Graph(input: [1, 4]) { x in [x * x.parameter("scale", [])] }
    let path = folder.path("scalar.onnx")
    try ONNXModel(graph, name: "").write(Weights([("scale", NDArray([], [2.5]))]), to: path)
    let tensor = try ONNXModelProto(serializedBytes: Data(contentsOf: URL(filePath: path))).graph.initializer[0]
    #expect(tensor.name == "scale" && tensor.dims == [] && tensor.floatData == [2.5])
  }

  /// Nothing is computed or written for a model that no reader would take.
  @Test func tooLargeIsAnError() throws {
    let graph = try Graph(input: [1, 25_000]) { x in [x.apply(Gemm(), x.parameter("weight", [25_000, 25_000]))] }
    var weights = Weights(source: "test")
    weights.add("weight", [25_000, 25_000]) { fatalError("it is not read") }
    let path = folder.path("large.onnx")
    let error = #expect(throws: FormatError.self) { try ONNXModel(graph, name: "").write(weights, to: path) }
    #expect(error?.code == .limitExceeded && !FileManager.default.fileExists(atPath: path))
  }

  @Test func aFailureLeavesTheOldFile() throws {
    struct Broken: Error {}
    let graph = try Graph(input: [1, 4]) { x in [x + x.parameter("a", [4]) + x.parameter("b", [4])] }
    let path = folder.path("old.onnx")
    try Data("old".utf8).write(to: URL(filePath: path))
    let onnx = try ONNXModel(graph, name: "")
    #expect(throws: WeightsError.self) { try onnx.write(Weights([("a", NDArray([4]))]), to: path) }
    var weights = Weights([("a", NDArray([4]))])
    weights.add("b", [4]) { throw Broken() }
    let error = #expect(throws: FormatError.self) { try onnx.write(weights, to: path) }
    #expect(error?.place == "b")
    #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == "old")
  }
}

/// A folder that is removed with its owner.
final class Folder: Sendable {
  let root = FileManager.default.temporaryDirectory.appending(path: "swiftlet-onnx-\(UUID().uuidString)")

  init() { try? FileManager.default.createDirectory(at: root, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: root) }

  func path(_ name: String) -> String { root.appending(path: name).path }
}
