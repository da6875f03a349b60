import Foundation
import SwiftletAnalysis
import SwiftletGraph
import SwiftletOps
import Testing
import _SwiftletTestSupport

@Suite struct CountTests {
  /// A convolution with normalisation, an attention and a classifier: small enough to count by hand.
  static let graph = try! Graph(input: [2, 3, 4, 4]) { x in
    let y = x.scoped("stem") { x in
      let conv = x.scoped("0") { $0.apply(Conv(Window(3, pad: 1)), $0.parameter("weight", [8, 3, 3, 3])) }
      return conv.scoped("1") { x in
        x.apply(
          BatchNormalization(), x.parameter("weight", [8]), x.parameter("bias", [8]), x.buffer("running_mean", [8]),
          x.buffer("running_var", [8]))
      }.relu
    }
    let tokens = y.reshaped([2, 8, 16]).transposed([0, 2, 1])
    let mixed = tokens.scoped("attention") { $0.apply(Attention(heads: 2, scale: 1), $0, $0) }
    return [
      mixed.scoped("head") { $0.apply(Gemm(), $0.parameter("weight", [5, 8]), $0.parameter("bias", [5])) } * 2
    ]
  }

  let report = NetworkReport(graph)

  @Test func totals() {
    #expect(report.inputShapes == [[2, 3, 4, 4]])
    #expect(report.outputShapes == [[2, 16, 5]])
    #expect(report.parameters == 216 + 16 + 45)
    #expect(report.weightBytes == 4 * (216 + 32 + 45))
    #expect(report.multiplyAdds == 2 * (16 * 8 * 27 + 16 * 40))
    #expect(report.productMultiplyAdds == 2 * 2 * 16 * 16 * (4 + 4))
  }

  /// Input 96 scalars; convolution, normalisation, ReLU, transpose and attention 256 each; classifier and scaling 160 each.
  @Test func activations() {
    #expect(report.activationBytes == 4 * (96 + 5 * 256 + 2 * 160))
    #expect(report.peakActivationBytes == 4 * 2 * 256)
  }

  @Test func rows() {
    #expect(
      report.layers.map { "\($0.name) \($0.op)" } == [
        "input Input", "stem.0 Conv", "stem.1 BatchNormalization", "stem Relu", " Reshape", " Transpose",
        "attention Attention", "head Gemm", " Mul",
      ])
    let conv = report.layers[1]
    #expect(conv.outputShape == [2, 8, 4, 4])
    #expect(conv.parameters == 216)
    #expect(conv.weightBytes == 864)
    #expect(conv.multiplyAdds == 6912)
    #expect(conv.activationBytes == 1024)
    #expect(report.layers[2].parameters == 16)
    #expect(report.layers[2].weightBytes == 128)
    #expect(report.layers.reduce(0) { $0 + $1.parameters } == report.parameters)
    #expect(report.layers.reduce(0) { $0 + $1.weightBytes } == report.weightBytes)
    #expect(report.layers.reduce(0) { $0 + $1.activationBytes } == report.activationBytes)
    #expect(report.layers.reduce(0) { $0 + $1.multiplyAdds } == report.multiplyAdds + report.productMultiplyAdds)
  }

  @Test func groups() {
    let groups = report.layers.grouped(depth: 1)
    #expect(groups.map(\.name) == ["input", "stem", "", "attention", "head"])
    #expect(groups[1].op == "Conv, BatchNormalization, Relu")
    #expect(groups[1].parameters == 232)
    #expect(groups[2].op == "Reshape, Transpose, Mul")
    #expect(groups[2].outputShape == [2, 16, 5])
    #expect(report.layers.grouped(depth: 0).map(\.multiplyAdds) == [report.multiplyAdds + report.productMultiplyAdds])
    let two = [report.layers[1], report.layers[1], report.layers[3]].grouped(depth: 1)
    #expect(two.map(\.op) == ["2 Conv, Relu"])
  }

  @Test func goesThroughJSON() throws {
    let data = try JSONEncoder().encode(report)
    #expect(try JSONDecoder().decode(NetworkReport.self, from: data) == report)
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(json["parameters"] as? Int == 277)
  }

  @Test func table() throws {
    let lines = report.table(depth: 1).split(separator: "\n")
    #expect(lines.count == 1 + 5 + 1)
    #expect(Set(lines.map(\.count)).count == 1)
    #expect(lines[2].hasPrefix("stem       Conv, BatchNormalization, Relu  2×8×4×4"))
    #expect(lines[2].hasSuffix("232          6 912      3.0 KiB    992 B"))
    #expect(lines[6].contains("277         16 384      6.6 KiB  1.1 KiB"))
    #expect(report.table().split(separator: "\n").count == 1 + 9 + 1)
  }
}
