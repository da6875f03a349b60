import Foundation
import SwiftletGraph
import SwiftletONNX
import SwiftletOps
import Testing
import _SwiftletTestSupport

/// ONNX Runtime's answers. `SWIFTLET_ONNXRUNTIME=1` runs these where python3 has onnxruntime.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SWIFTLET_ONNXRUNTIME"] != nil))
struct VerificationTests {
  let folder = Folder()

  @Test func agreesAboutEveryOperator() throws {
    for (i, sample) in exportedSamples.enumerated() {
      let graph = try graph(of: sample)
      let weights = Rule().weights(for: graph)
      let path = folder.path("operator's \(i).onnx")
      try ONNXModel(graph, name: "sample").write(weights, to: path)
      let verification = try Verification(path, graph, weights)
      #expect(verification.isPassed, "\(sample): \(verification.largest)")
    }
  }

  @Test func seesOtherWeights() throws {
    let graph = try Graph(input: [1, 4]) { x in [x * x.parameter("a", [4])] }
    let path = folder.path("model.onnx")
    try ONNXModel(graph, name: "").write(Rule().weights(for: graph), to: path)
    #expect(try !Verification(path, graph, Rule(salt: "other").weights(for: graph)).isPassed)
  }
}
