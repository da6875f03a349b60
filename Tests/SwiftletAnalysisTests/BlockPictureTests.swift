import Foundation
import SwiftletAnalysis
import SwiftletGraph
import SwiftletOps
import Testing

@Suite struct BlockPictureTests {
  /// An inverted residual with a split beside it: all that a picture tells apart.
  static let graph = try! Graph(input: [1, 8, 16, 16]) { x in
    let stem = x.scoped("stem") { convolution($0, 8, 3, activated: true) }
    let y = stem.scoped("blocks.0") { x in
      let wide = x.scoped("expand") { convolution($0, 32, 1, activated: true) }
      let filtered = wide.scoped("filter") { convolution($0, 32, 3, stride: 1, group: 32, activated: true) }
      return x + filtered.scoped("project") { convolution($0, 8, 1, activated: false) }
    }
    let z = y.scoped("blocks.1") { x in
      let halves = [x[channels: 0..<2], x[channels: 2..<8]]
      return concat(halves[0].scoped("conv") { convolution($0, 2, 5, stride: 1, activated: false) }, halves[1])
    }
    return [z.scoped("blocks.10") { convolution($0, 4, 3, stride: 2, activated: true) }]
  }

  private static func convolution(
    _ x: Tensor, _ out: Int, _ kernel: Int, stride: Int = 1, group: Int = 1, activated: Bool
  ) -> Tensor {
    let window = Window(kernel, stride: stride, pad: kernel / 2)
    let weight = x.parameter("weight", [out, x.channels / group, kernel, kernel])
    let y = x.apply(Conv(window, group: group), weight).scoped("bn") { y in
      y.apply(
        BatchNormalization(), y.parameter("weight", [out]), y.parameter("bias", [out]),
        y.buffer("running_mean", [out]), y.buffer("running_var", [out]))
    }
    return activated ? y.relu : y
  }

  /// What the picture says, box by box.
  private func texts(_ first: String, through last: String? = nil) throws -> [String] {
    let svg = try BlockPicture(Self.graph, from: first, through: last, title: "a < b").svg
    return svg.matches(of: /<text[^>]*>([^<]*)<\/text>/).map { String($0.1) }
  }

  @Test func aLayerIsOneBox() throws {
    #expect(
      try texts("blocks.0") == [
        "8 × 16 × 16", "conv 1×1", "8 → 32 · BN · ReLU", "depthwise 3×3", "32 · BN · ReLU", "conv 1×1", "32 → 8 · BN",
        "+", "8 × 16 × 16",
      ])
  }

  @Test func splitsAndJoinsAreShown() throws {
    #expect(
      try texts("blocks.1") == [
        "8 × 16 × 16", "split", "2 + 6", "conv 5×5", "2 · BN", "concat", "8", "8 × 16 × 16",
      ])
  }

  @Test func aNameIsNotThatOfALongerOne() throws {
    #expect(try texts("blocks.10").contains("conv 3×3, stride 2"))
    #expect(try !texts("blocks.1").contains("conv 3×3, stride 2"))
  }

  @Test func severalBlocksAreDrawnTogether() throws {
    let together = try texts("blocks.0", through: "blocks.10")
    #expect(together.contains("+") && together.contains("concat") && together.last == "4 × 8 × 8")
  }

  @Test func absentNamesAreAnError() {
    for (first, last) in [("blocks.2", "blocks.2"), ("blocks.1", "blocks.0"), ("block", "blocks"), ("expand", "x")] {
      #expect(throws: GraphError.self) { try BlockPicture(Self.graph, from: first, through: last, title: "") }
    }
  }

  @Test func nothingOverlaps() throws {
    let svg = try BlockPicture(Self.graph, from: "blocks.0", through: "blocks.10", title: "").svg
    let boxes = svg.matches(of: /x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/).map { match in
      CGRect(x: Double(match.1)!, y: Double(match.2)!, width: Double(match.3)!, height: Double(match.4)!)
    }
    let size = try #require(svg.firstMatch(of: /viewBox="0 0 ([\d.]+) ([\d.]+)"/))
    let page = CGRect(x: 0, y: 0, width: Double(size.1)!, height: Double(size.2)!)
    #expect(boxes.count > 8)
    for (i, box) in boxes.enumerated() {
      #expect(page.contains(box))
      for other in boxes.dropFirst(i + 1) { #expect(!box.intersects(other)) }
    }
  }

  @Test func isWellFormed() throws {
    let svg = try BlockPicture(Self.graph, from: "blocks.1", title: "a < b & c").svg
    #expect(XMLCheck(svg).isWellFormed)
    #expect(svg.contains("<title>a &lt; b &amp; c</title>"))
  }
}

/// Whether every element that is opened is closed, in the right order.
private struct XMLCheck {
  var isWellFormed = true

  init(_ text: String) {
    var open: [Substring] = []
    for match in text.matches(of: /<(\/?)([a-z]+)[^>]*?(\/?)>/) {
      if match.1 == "/" {
        isWellFormed = isWellFormed && open.popLast() == match.2
      } else if match.3 != "/" {
        open.append(match.2)
      }
    }
    isWellFormed = isWellFormed && open.isEmpty
  }
}
